// Puts the parts together: unpacks the blocks, fills the filters, follows what the reader does.

const form = byId("filter");

function fillFilters() {
  const h = data.header, option = (value, text) => make("option", {value}, text);
  const used = values => Array.from(new Set(values)).filter(v => v).sort();
  const fill = (id, options) => byId(id).replaceChildren(option("", "any"), ...options);
  const issues = used(h.issues.flatMap(v => v || []));
  fill("f-country", used(h.actors.map(v => v && v[1])).map(c => option(c, data.header.countries[c] ? `${c} ${data.header.countries[c]}` : c)));
  fill("f-root", used(h.codes.map(v => v && v[2])).map(r => option(r, `${r} ${h.roots[r] || ""}`)));
  fill("f-quad", [1, 2, 3, 4].map(q => option(String(q), `${q} ${QUADS[q]}`)));
  fill("f-status", used(h.status).map(s => option(s, s)));
  fill("f-issue", issues.map(s => option(s, s)));
  byId("f-issue").disabled = !issues.length;
  byId("actor-list").replaceChildren(...used(h.actors.map(v => v && v[0])).slice(0, 2000).map(c => option(c, "")));
  byId("code-list").replaceChildren(...h.codes.filter(v => v).sort((a, b) => a[0] < b[0] ? -1 : 1).map(v => option(v[0], v[1])));
}

function plotRows() {
  if (!byId("asserted").checked || form.elements.status.value) return table.rows;
  const asserted = data.header.status.indexOf("asserted");
  return Uint32Array.from(table.matched).filter(i => col.status[i] === asserted);
}

function plotAll() {
  const rows = plotRows(), span = spanOf(rows), chosen = byId("unit").value, notes = [];
  if (span.undated) notes.push(`${plural(span.undated, "event")} without a date`);
  if (span.outside) notes.push(`${plural(span.outside, "event")} more than a year before the first or after the last document`);
  byId("plots-note").textContent = `${plural(rows.length, "event")} in the plots.` + (notes.length ? ` Not in the plots over time: ${notes.join(", ")}.` : "");
  plotCoverage(rows, span, chosen);
  plotQuads(rows, span, chosen);
  fillPairs(rows);
  plotGoldstein(rows, span, chosen);
  plotHeat(rows, pick);
  plotRoots(rows, pick);
  plotMap(rows, pick);
  listActors(rows, pick);
}

function resort() {
  table.rows = sorted(table.matched, table.sort, table.descending);
  table.page = 0;
  showPage();
}

function refilter() {
  table.matched = filtered(form);
  resort();
  const n = table.rows.length, all = data.header.rows;
  byId("count").textContent = (n === all ? `All ${plural(all, "event")}` : `${count(n)} of ${plural(all, "event")}`) + (texts ? "" : ", unpacking the sentences …");
  plotAll();
}

// A mark of a plot was pressed: its events, and nothing else but what the other filters say.
function pick(values) {
  if (byId("asserted").checked && !form.elements.status.value) form.elements.status.value = "asserted";  // as the plot counts
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  refilter();
  byId("events").focus({preventScroll: true});
  byId("events").scrollIntoView();
}

const THEMES = ["system", "light", "dark"];
function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = "Colours: " + theme;
  try { localStorage.setItem("eventcoder-theme", theme); } catch { /* a file may have no storage */ }
}

function startTheme() {
  let theme = "system";
  try { theme = localStorage.getItem("eventcoder-theme") || theme; } catch { /* a file may have no storage */ }
  setTheme(THEMES.includes(theme) ? theme : "system");
  byId("theme").hidden = false;
  byId("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "system") + 1) % 3]));
}

function listen() {
  const soon = debounce(refilter, 200);
  form.addEventListener("input", soon);
  form.addEventListener("submit", event => { event.preventDefault(); refilter(); });
  form.addEventListener("reset", () => setTimeout(refilter));
  byId("asserted").addEventListener("change", plotAll);
  byId("unit").addEventListener("change", plotAll);
  byId("dyad").addEventListener("change", () => { const rows = plotRows(); plotGoldstein(rows, spanOf(rows), byId("unit").value); });
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => turn(button.dataset.go));
  byId("page-number").addEventListener("change", event => { table.page = (Number(event.target.value) || 1) - 1; showPage(); });
  byId("page-size").addEventListener("change", event => { table.page = Math.floor(table.page * table.size / Number(event.target.value)); table.size = Number(event.target.value); showPage(); });
  byId("save").addEventListener("click", saveCsv);
  byId("table").addEventListener("keydown", tableKeys);
  byId("table").addEventListener("click", event => {
    const row = event.target.closest("tr.event");
    if (!row || (!event.target.closest(".open") && String(getSelection()))) return;  // words being marked, to be copied
    toggleRow(row);
    stand(row.querySelector(".open"));
  });
  let width = document.documentElement.clientWidth;
  window.addEventListener("resize", debounce(() => {
    if (document.documentElement.clientWidth !== width) { width = document.documentElement.clientWidth; plotAll(); }
  }, 150));
}

async function start() {
  startTheme();
  if (typeof DecompressionStream === "undefined") {
    byId("count").textContent = "This browser is too old to unpack the plots and the table: use one of 2023 or later.";
    return;
  }
  byId("count").textContent = "Unpacking the events …";
  data = await unpack("events");
  col = data.columns;
  world = await unpack("world");
  fillFilters();
  buildHead(resort);
  listen();
  for (const part of document.querySelectorAll(".live")) part.hidden = false;
  refilter();
  await new Promise(done => setTimeout(done));  // let the page show first
  texts = await unpack("texts");
  refilter();
  document.documentElement.dataset.ready = "yes";
}

start().catch(error => { byId("count").textContent = "The page could not be unpacked: " + error.message; });
