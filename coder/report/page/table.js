// The table of events: a page of rows at a time, sortable, each row opens.

const HEADS = [["date", "Date"], ["source", "Source"], ["code", "Event"], ["target", "Target"], ["goldstein", "Goldstein"], ["status", "Status"], ["document", "Document"]];
const table = {rows: new Uint32Array(0), page: 0, size: 50, sort: "date", descending: false, open: null};

// The date as exactly as the text tells it: a day, a month, a quarter, a year, or the first and the last day.
function shownDate(i) {
  if (col.date[i] === NULL_DAY) return [make("span", {class: "hint"}, "none")];
  const from = isoDay(col.date[i]), precision = data.header.date_precision[col.date_precision[i]];
  if (!col.days[i]) return [from];
  if (precision === "year" && from.endsWith("-01-01") && col.days[i] < 366) return [from.slice(0, 4)];
  if (precision === "month" && from.endsWith("-01") && col.days[i] < 31) return [from.slice(0, 7)];
  if (precision === "quarter" && from.endsWith("-01") && col.days[i] < 93) return [`${from.slice(0, 4)} Q${Math.ceil(Number(from.slice(5, 7)) / 3)}`];
  return [from, make("span", {class: "name"}, "to " + isoDay(col.date[i] + col.days[i]))];
}

const pages = () => Math.max(Math.ceil(table.rows.length / table.size), 1);

function buildHead(resort) {
  const row = byId("table").querySelector("thead tr");
  row.append(make("th", {role: "columnheader", scope: "col", class: "opener"}, make("span", {class: "hidden"}, "open")));
  for (const [name, title] of HEADS) {
    row.append(make("th", {role: "columnheader", scope: "col", class: "c-" + name, "data-sort": name},
      make("button", {type: "button", onclick: () => {
        table.descending = table.sort === name ? !table.descending : false;
        table.sort = name;
        resort();
      }}, title, make("span", {class: "arrow", "aria-hidden": "true"}))));
  }
}

function actorCell(i, side) {
  const h = data.header, actor = h.actors[col[side][i]];
  if (!actor) return [make("span", {class: "hint"}, "none")];
  const name = h.names[col[side + "_name"][i]] ?? h.words[col[side + "_text"][i]];
  return [corpus(actor[0], {class: "code"}), name ? make("span", {class: "name"}, corpus(name)) : null];
}

function eventRow(i, k) {
  const h = data.header, code = h.codes[col.code[i]], score = code[5], status = h.status[col.status[i]];
  const document_ = h.documents[col.sentence_document[col.sentence[i]]];
  const words = `${span(i)}: ${h.actors[col.source[i]][0]} ${code[0]} ${col.target[i] ? h.actors[col.target[i]][0] : "no target"}`;
  const cell = (name, title, ...content) => make("td", {role: "cell", class: "c-" + name, "data-label": title}, ...content);
  const button = make("button", {type: "button", class: "open", "aria-expanded": "false", "aria-label": "Open " + words, tabindex: k ? "-1" : "0"}, "▸");
  const row = make("tr", {role: "row", "data-event": i, class: "event q" + code[4]}, make("td", {role: "cell", class: "opener"}, button),
    cell("date", "Date", ...shownDate(i)),
    cell("source", "Source", ...actorCell(i, "source")),
    cell("code", "Event", corpus(code[0], {class: "code"}), make("span", {class: "name"}, corpus(code[1]))),
    cell("target", "Target", ...actorCell(i, "target")),
    cell("goldstein", "Goldstein", score === null ? "" : (score > 0 ? "+" : "") + String(score).replace("-", "−")),
    cell("status", "Status", status),
    cell("document", "Document", corpus(document_[0]), document_[2] ? make("span", {class: "name"}, corpus(document_[2])) : null));
  return row;
}

function closeRow() {
  const open = byId("table").querySelector("tr.event.is-open");
  if (!open) return null;
  open.classList.remove("is-open");
  open.querySelector(".open").setAttribute("aria-expanded", "false");
  if (open.nextElementSibling && open.nextElementSibling.classList.contains("opened")) open.nextElementSibling.remove();
  return open;
}

function toggleRow(row) {
  const was = closeRow();
  if (was === row || !texts) return;
  const i = Number(row.dataset.event), button = row.querySelector(".open"), id = "detail-" + i;
  row.after(make("tr", {role: "row", class: "opened"}, make("td", {role: "cell", colspan: HEADS.length + 1, id}, detail(i))));
  row.classList.add("is-open");
  button.setAttribute("aria-expanded", "true");
  button.setAttribute("aria-controls", id);
}

function showPage(focus) {
  table.page = Math.min(Math.max(table.page, 0), pages() - 1);
  const first = table.page * table.size, shown = table.rows.slice(first, first + table.size);
  byId("table").querySelector("tbody").replaceChildren(...Array.from(shown, eventRow));
  byId("table").hidden = !shown.length;
  byId("empty").hidden = Boolean(shown.length);
  byId("page-number").value = table.page + 1;
  byId("page-number").max = pages();
  byId("page-count").textContent = "of " + count(pages());
  for (const button of document.querySelectorAll("[data-go]")) {
    const stuck = /first|previous/.test(button.dataset.go) ? table.page === 0 : table.page >= pages() - 1;
    button.setAttribute("aria-disabled", String(stuck));  // not `disabled`, which would drop the focus
  }
  for (const head of byId("table").querySelectorAll("th[data-sort]")) {
    const mine = head.dataset.sort === table.sort;
    if (mine) head.setAttribute("aria-sort", table.descending ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
    head.querySelector(".arrow").textContent = mine ? (table.descending ? " ▼" : " ▲") : "";
  }
  if (focus) { const button = byId("table").querySelector(focus === "last" ? "tbody tr:last-child .open" : ".open"); if (button) stand(button); }
}

function stand(button) {
  for (const other of byId("table").querySelectorAll(".open")) other.setAttribute("tabindex", "-1");
  button.setAttribute("tabindex", "0");
  button.focus();
}

function turn(where, focus) {
  const last = pages() - 1;
  table.page = {first: 0, last, next: Math.min(table.page + 1, last), previous: Math.max(table.page - 1, 0)}[where];
  showPage(focus);
}

function tableKeys(event) {
  const row = event.target.closest("tr.event"), inside = event.target.closest("tr.opened");
  if (event.key === "Escape" && (inside || row)) {
    const was = closeRow();
    if (was) { event.preventDefault(); stand(was.querySelector(".open")); }
    return;
  }
  if (!row || !event.target.classList.contains("open")) return;
  const all = Array.from(byId("table").querySelectorAll(".open")), at = all.indexOf(event.target);
  const go = {
    ArrowDown: () => at + 1 < all.length ? stand(all[at + 1]) : table.page < pages() - 1 && turn("next", "first"),
    ArrowUp: () => at > 0 ? stand(all[at - 1]) : table.page > 0 && turn("previous", "last"),
    Home: () => stand(all[0]), End: () => stand(all[all.length - 1]),
    PageDown: () => turn("next", "first"), PageUp: () => turn("previous", "first"),
  }[event.key];
  if (go) { event.preventDefault(); go(); }
}

// A field of a CSV file; what a spreadsheet would take for a formula is made text by an apostrophe.
function csvField(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function csv(rows) {
  const h = data.header, lines = [["event_id", "document_id", "event_date", "event_date_end", "source", "source_name", "code", "code_label", "target", "target_name", "goldstein", "quad_class",
    "status", "trigger_text", "location_name", "issues", "pattern_id", "sentence_text"].join(",")];
  for (const i of rows) {
    const code = h.codes[col.code[i]], place = h.places[col.place[i]], issues = h.issues[col.issues[i]], dated = col.date[i] !== NULL_DAY;
    lines.push([eventId(i), h.documents[col.sentence_document[col.sentence[i]]][0], dated ? isoDay(col.date[i]) : null, dated ? isoDay(col.date[i] + col.days[i]) : null,
      h.actors[col.source[i]][0], h.names[col.source_name[i]], code[0], code[1], col.target[i] ? h.actors[col.target[i]][0] : null, h.names[col.target_name[i]], code[5], code[4],
      h.status[col.status[i]], h.words[col.trigger_text[i]], place ? place[0] : null, issues ? issues.join(";") : null, h.patterns[col.pattern[i]][0], texts.header.sentences[col.sentence[i]]].map(csvField).join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

function saveCsv() {
  if (!texts) return;
  const address = URL.createObjectURL(new Blob(["\ufeff" + csv(table.rows)], {type: "text/csv"}));
  make("a", {href: address, download: "events.csv"}).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
