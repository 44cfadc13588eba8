// The plots: own SVG, drawn at the width there is, from the events that the filters leave.

const LIMITS = {heat: [10, 14], actors: 15, pairs: 300, bins: 8000, spots: 2000};
const UNITS = ["day", "week", "month", "quarter", "year"];

// ---- time ----

function binOf(unit) {
  if (unit === "day") return day => day;
  if (unit === "week") return day => Math.floor((day + 3) / 7);  // weeks begin on Monday
  const known = new Map();
  const months = {month: 1, quarter: 3, year: 12}[unit];
  return day => {
    let bin = known.get(day);
    if (bin === undefined) {
      const date = new Date(day * 864e5);
      bin = Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
      known.set(day, bin);
    }
    return bin;
  };
}

function startOf(unit, bin) {
  if (unit === "day") return bin;
  if (unit === "week") return bin * 7 - 3;
  const month = bin * {month: 1, quarter: 3, year: 12}[unit];
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
  return Math.round(date.getTime() / 864e5);
}

function binName(unit, bin) {
  const iso = isoDay(startOf(unit, bin));
  if (unit === "day") return iso;
  if (unit === "week") return "week of " + iso;
  if (unit === "month") return iso.slice(0, 7);
  if (unit === "quarter") return iso.slice(0, 4) + " Q" + (1 + bin % 4);
  return iso.slice(0, 4);
}

// The days that the time axes span: those of the documents and a year around them, as far as there are events.
function spanOf(rows) {
  const published = col.coverage_day.length ? Array.from(col.coverage_day) : Array.from(col.document_date).filter(d => d !== NULL_DAY);
  let low = Infinity, high = -Infinity, first = Infinity, last = -Infinity, outside = 0, undated = 0;
  for (const day of published) { low = Math.min(low, day); high = Math.max(high, day); }
  if (low === Infinity) { low = -Infinity; high = Infinity; } else { low -= 366; high += 366; }
  for (const i of rows) {
    const day = col.date[i];
    if (day === NULL_DAY) undated++;
    else if (day < low || day > high) outside++;
    else { first = Math.min(first, day); last = Math.max(last, day); }
  }
  return first === Infinity ? {empty: true, outside, undated} : {first, last, outside, undated};
}

function timeScale(span, chosen, width) {
  const fits = unit => binOf(unit)(span.last) - binOf(unit)(span.first) + 1;
  const most = chosen === "auto" ? width / 6 : LIMITS.bins;
  const unit = UNITS.slice(Math.max(UNITS.indexOf(chosen), 0)).find(u => fits(u) <= most) || "year";  // no finer than can be drawn
  const bin = binOf(unit), low = bin(span.first), bins = bin(span.last) - low + 1;
  return {unit, bin, low, bins};
}

// ---- axes ----

function niceStep(top, ticks) {
  const rough = top / ticks, power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough) || 1;
  return Math.max(step, 1);
}

function plotArea(width, height, margin = {left: 44, right: 12, top: 10, bottom: 26}) {
  return {width, height, left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom};
}

function canvas(area, label) {
  return draw("svg", {viewBox: `0 0 ${area.width} ${area.height}`, width: area.width, height: area.height, role: "img", "aria-label": label});
}

function countAxis(svg, area, top, name) {
  const step = niceStep(top, 4), end = Math.max(Math.ceil(top / step) * step, step);
  const y = value => area.bottom - (area.bottom - area.top) * value / end;
  for (let value = 0; value <= end; value += step) {
    svg.append(draw("line", {class: value ? "grid" : "axis", x1: area.left, x2: area.right, y1: y(value), y2: y(value)}));
    svg.append(draw("text", {x: area.left - 6, y: y(value) + 4, "text-anchor": "end"}, short(value)));
  }
  if (name) svg.append(draw("text", {class: "title", x: area.left + 4, y: area.top + 2}, name));
  return y;
}

const short = n => n >= 1e6 ? +(n / 1e6).toFixed(1) + "m" : n >= 1e4 ? +(n / 1e3).toFixed(1) + "k" : String(n);

function timeAxis(svg, area, scale) {
  const wide = (area.right - area.left) / scale.bins;
  const room = {day: 76, week: 76, month: 56, quarter: 60, year: 40}[scale.unit];
  let step = Math.max(Math.ceil(room / wide), 1);
  const nice = {day: [1, 2, 7, 14, 28, 91, 182, 365], week: [1, 2, 4, 13, 26, 52], month: [1, 2, 3, 6, 12, 24, 60, 120, 240],
    quarter: [1, 2, 4, 8, 20, 40, 80], year: [1, 2, 5, 10, 20, 50, 100, 200, 500]}[scale.unit];
  step = nice.find(s => s >= step) || step;
  const aligned = scale.unit === "day" || scale.unit === "week" ? 0 : ((-scale.low % step) + step) % step;
  for (let k = aligned; k < scale.bins; k += step) {
    const x = area.left + (k + 0.5) * wide;
    let name = binName(scale.unit, scale.low + k).replace("week of ", "");
    if ((scale.unit === "month" && step % 12 === 0) || (scale.unit === "quarter" && step % 4 === 0)) name = name.slice(0, 4);
    svg.append(draw("line", {class: "axis", x1: x, x2: x, y1: area.bottom, y2: area.bottom + 4}));
    const anchor = x < area.left + 24 ? "start" : x > area.right - 24 ? "end" : "middle";
    svg.append(draw("text", {x: anchor === "middle" ? x : anchor === "start" ? Math.min(x, area.left) : Math.max(x, area.right), y: area.bottom + 18, "text-anchor": anchor}, name));
  }
  return k => area.left + k * wide;
}

function tip(node, text) { node.append(draw("title", {}, text)); return node; }

// ---- a plot's place: the drawing and the figures behind it ----

function show(figure, drawing, head, body) {
  const plot = figure.querySelector(".plot");
  plot.replaceChildren(drawing);
  const old = figure.querySelector("details.figures"), open = old ? old.open : false;
  if (old) old.remove();
  if (!head) return;
  const details = make("details", {class: "figures", open}, make("summary", {}, "The figures"));
  const fill = () => {
    if (!details.open || details.querySelector("table")) return;
    const rows = body().map(row => make("tr", {}, ...row.map((cell, k) => k ? make("td", {}, corpus(cell)) : make("th", {scope: "row"}, corpus(cell)))));
    details.append(make("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "The figures"},
      make("table", {class: "plain"}, make("thead", {}, make("tr", {}, ...head.map(h => make("th", {scope: "col"}, h)))), make("tbody", {}, ...rows))));
  };
  details.addEventListener("toggle", fill);
  figure.append(details);
  fill();
}

const nothing = text => make("p", {class: "note"}, text);
const widthOf = figure => Math.max(figure.querySelector(".plot").clientWidth, 200);

// ---- the plots ----

function plotCoverage(rows, span, chosen) {
  const figure = byId("plot-coverage");
  if (span.empty) return show(figure, nothing("No event with a date."));
  const width = widthOf(figure), published = col.coverage_day;
  const whole = {first: span.first, last: span.last};
  for (const day of published) { whole.first = Math.min(whole.first, day); whole.last = Math.max(whole.last, day); }
  const scale = timeScale(whole, chosen, width), events = new Uint32Array(scale.bins), documents = new Uint32Array(scale.bins);
  published.forEach((day, k) => { const b = scale.bin(day) - scale.low; documents[b] += col.coverage_count[k]; });
  for (const i of rows) {
    const day = col.date[i];
    if (day !== NULL_DAY && day >= span.first && day <= span.last) { events[scale.bin(day) - scale.low]++; }
  }
  const parts = published.length ? [["documents (all)", documents, "documents"], ["events", events, "events"]] : [["events", events, "events"]];
  const height = 24 + parts.length * 112;
  const area = plotArea(width, height), svg = canvas(area, `Documents and events by ${scale.unit}`);
  parts.forEach(([name, values, kind], k) => {
    const part = {...area, top: 12 + k * 112, bottom: k * 112 + 104};
    const y = countAxis(svg, part, Math.max(...values, 1), name);
    if (k === parts.length - 1) timeAxis(svg, part, scale);
    const wide = (part.right - part.left) / scale.bins;
    values.forEach((n, b) => {
      if (n) svg.append(tip(draw("rect", {class: kind, x: part.left + b * wide + (wide > 3 ? 0.5 : 0), width: Math.max(wide - (wide > 3 ? 1 : 0), 0.6), y: y(n), height: part.bottom - y(n)}),
        `${binName(scale.unit, scale.low + b)}: ${count(n)} ${kind}`));
    });
  });
  show(figure, svg, [scale.unit, "documents", "events"], () => Array.from(events, (n, b) => [binName(scale.unit, scale.low + b), documents[b], n]).filter(r => r[1] || r[2]));
}

function plotQuads(rows, span, chosen) {
  const figure = byId("plot-quads");
  byId("quad-legend").replaceChildren(...[1, 2, 3, 4].map(q => make("span", {class: "key q" + q}, `${q} ${QUADS[q]}`)));
  if (span.empty) return show(figure, nothing("No event with a date."));
  const width = widthOf(figure), scale = timeScale(span, chosen, width), area = plotArea(width, 220);
  const counts = [1, 2, 3, 4].map(() => new Uint32Array(scale.bins));
  for (const i of rows) {
    const day = col.date[i];
    if (day === NULL_DAY || day < span.first || day > span.last) continue;
    counts[data.header.codes[col.code[i]][4] - 1][scale.bin(day) - scale.low]++;
  }
  const totals = Array.from({length: scale.bins}, (_, b) => counts.reduce((sum, c) => sum + c[b], 0));
  const svg = canvas(area, `Events by quad class and ${scale.unit}`);
  const y = countAxis(svg, area, Math.max(...totals, 1)), x = timeAxis(svg, area, scale), wide = x(1) - x(0);
  for (let b = 0; b < scale.bins; b++) {
    let base = 0;
    for (const q of [1, 2, 3, 4]) {
      const n = counts[q - 1][b];
      if (!n) continue;
      svg.append(tip(draw("rect", {class: "q" + q, x: x(b) + (wide > 3 ? 0.5 : 0), width: Math.max(wide - (wide > 3 ? 1 : 0), 0.6), y: y(base + n), height: y(base) - y(base + n)}),
        `${binName(scale.unit, scale.low + b)}: ${count(n)} ${QUADS[q]}`));
      base += n;
    }
  }
  show(figure, svg, [scale.unit, ...QUADS.slice(1)], () => totals.map((t, b) => [t, b]).filter(([t]) => t)
    .map(([, b]) => [binName(scale.unit, scale.low + b), ...counts.map(c => c[b])]));
}

const countryName = code => data.header.countries[code] || code;
const countryOf = side => i => { const actor = data.header.actors[col[side][i]]; return actor ? actor[1] : null; };

function pairsOf(rows) {
  const source = countryOf("source"), target = countryOf("target"), found = new Map();
  for (const i of rows) {
    const a = source(i), b = target(i);
    if (!a || !b || a === b) continue;
    const key = a < b ? a + " " + b : b + " " + a;
    found.set(key, (found.get(key) || 0) + 1);
  }
  return Array.from(found).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

// The countries of this corpus, each pair under the more frequent one.
function fillPairs(rows) {
  const select = byId("dyad"), before = select.value, pairs = pairsOf(rows).slice(0, LIMITS.pairs);
  select.replaceChildren(...pairs.map(([key, n]) => make("option", {value: key}, `${key.split(" ").map(countryName).join(" – ")} (${count(n)})`)));
  if (pairs.some(([key]) => key === before)) select.value = before;
  select.disabled = !pairs.length;
}

function plotGoldstein(rows, span, chosen) {
  const figure = byId("plot-goldstein"), legend = byId("dyad-legend"), pair = byId("dyad").value;
  legend.replaceChildren();
  if (!pair || span.empty) return show(figure, nothing("No events between two countries."));
  const [a, b] = pair.split(" "), source = countryOf("source"), target = countryOf("target");
  const mine = Array.from(rows).filter(i => { const s = source(i), t = target(i); return (s === a && t === b) || (s === b && t === a); });
  const own = spanOf(mine);
  if (own.empty) return show(figure, nothing("No dated events between these two."));
  const width = widthOf(figure), scale = timeScale(span, chosen === "auto" ? "auto" : chosen, width / 1.6), area = plotArea(width, 240);
  const lines = [[a, b, "there"], [b, a, "back"]].map(([from, to, style]) => {
    const bins = new Map();
    for (const i of mine) {
      const score = data.header.codes[col.code[i]][5], day = col.date[i];
      if (source(i) !== from || score === null || day === NULL_DAY || day < own.first || day > own.last) continue;
      const k = scale.bin(day) - scale.low, sum = bins.get(k) || [0, 0];
      bins.set(k, [sum[0] + score, sum[1] + 1]);
    }
    return {from, to, style, points: Array.from(bins, ([k, [sum, n]]) => [k, sum / n, n]).sort((p, q) => p[0] - q[0])};
  });
  const svg = canvas(area, `Mean Goldstein score between ${countryName(a)} and ${countryName(b)} by ${scale.unit}`);
  const y = score => (area.top + area.bottom) / 2 - score * (area.bottom - area.top) / 20;
  for (const score of [-10, -5, 0, 5, 10]) {
    svg.append(draw("line", {class: score ? "grid" : "axis", x1: area.left, x2: area.right, y1: y(score), y2: y(score)}));
    svg.append(draw("text", {x: area.left - 6, y: y(score) + 4, "text-anchor": "end"}, score > 0 ? "+" + score : String(score).replace("-", "−")));
  }
  const x = timeAxis(svg, area, scale), middle = k => (x(k) + x(k + 1)) / 2;
  for (const {from, to, style, points} of lines) {
    points.slice(1).forEach(([k, m], at) => {  // no line over a long silence
      const [before, mean] = points[at];
      if (k - before <= 4) svg.append(draw("line", {class: "series " + style, x1: middle(before), y1: y(mean), x2: middle(k), y2: y(m)}));
    });
    for (const [k, mean, n] of points) {
      const size = Math.min(3 + Math.sqrt(n), 9), text = `${binName(scale.unit, scale.low + k)}: ${from} → ${to} ${mean.toFixed(1)} (${plural(n, "event")})`;
      const mark = style === "there" ? draw("circle", {class: "dot there", cx: middle(k), cy: y(mean), r: size})
        : draw("rect", {class: "dot back", x: middle(k) - size, y: y(mean) - size, width: 2 * size, height: 2 * size});
      svg.append(tip(mark, text));
    }
    legend.append(make("span", {class: "key " + style}, `${countryName(from)} → ${countryName(to)}`));
  }
  show(figure, svg, [scale.unit, "direction", "mean Goldstein", "events"],
    () => lines.flatMap(l => l.points.map(([k, m, n]) => [binName(scale.unit, scale.low + k), `${l.from} → ${l.to}`, m.toFixed(2), n])).sort((p, q) => p[0] < q[0] ? -1 : 1));
}

function plotHeat(rows, pick) {
  const figure = byId("plot-heat"), width = widthOf(figure), source = countryOf("source"), target = countryOf("target");
  const cells = new Map(), weight = new Map();
  for (const i of rows) {
    const a = source(i), b = target(i);
    if (!a || !b) continue;
    const cell = cells.get(a + " " + b) || [0, 0];
    cell[0]++; cell[1] += data.header.codes[col.code[i]][5] || 0;
    cells.set(a + " " + b, cell);
    weight.set(a, (weight.get(a) || 0) + 1); weight.set(b, (weight.get(b) || 0) + 1);
  }
  if (!cells.size) return show(figure, nothing("No events between two countries."));
  const top = Array.from(weight).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, LIMITS.heat[width < 480 ? 0 : 1]).map(w => w[0]);
  const most = Math.max(...top.flatMap(a => top.map(b => (cells.get(a + " " + b) || [0])[0])), 1);
  const line = a => make("tr", {}, make("th", {scope: "row", title: countryName(a)}, corpus(a)), ...top.map(b => {
    const cell = cells.get(a + " " + b);
    if (!cell) return make("td", {});
    const share = Math.sqrt(cell[0] / most), td = make("td", {class: share > 0.55 ? "strong" : null});
    td.style.setProperty("--share", Math.round(10 + share * 85) + "%");
    const words = `${countryName(a)} to ${countryName(b)}: ${plural(cell[0], "event")}, mean Goldstein ${(cell[1] / cell[0]).toFixed(1)}`;
    td.append(make("button", {type: "button", title: words, "aria-label": words, tabindex: "-1", onclick: () => pick({source: a, target: b})}, short(cell[0])));
    return td;
  }));
  const table = make("table", {class: "heat"},
    make("thead", {}, make("tr", {}, make("td", {}, make("span", {class: "hint"}, "from ↓ to →")), ...top.map(b => make("th", {scope: "col", title: countryName(b)}, corpus(b))))),
    make("tbody", {}, ...top.map(line)));
  rove(table, "button", top.length);
  show(figure, table, ["source", "target", "events", "mean Goldstein"], () => Array.from(cells).sort((a, b) => b[1][0] - a[1][0]).slice(0, 200)
    .map(([key, [n, sum]]) => [...key.split(" ").map(countryName), n, (sum / n).toFixed(2)]));
}

function plotRoots(rows, pick) {
  const figure = byId("plot-roots"), counts = new Map();
  for (const i of rows) { const root = data.header.codes[col.code[i]][2]; counts.set(root, (counts.get(root) || 0) + 1); }
  const roots = Array.from(new Set([...Object.keys(data.header.roots), ...counts.keys()])).sort(), most = Math.max(...counts.values(), 1);
  const quadOf = new Map(data.header.codes.filter(v => v).map(v => [v[2], v[4]]));
  const list = make("ul", {class: "bars"}, ...roots.map(root => {
    const n = counts.get(root) || 0, bar = make("span", {class: "fill q" + (quadOf.get(root) || "")});
    bar.style.width = n ? Math.max(100 * n / most, 0.5) + "%" : "0";
    const label = data.header.roots[root] || "";
    return make("li", {}, make("button", {type: "button", tabindex: "-1", "aria-label": `${root} ${label}: ${plural(n, "event")}`, onclick: () => pick({root})},
      make("span", {class: "code"}, root), make("span", {class: "label"}, label), make("span", {class: "track"}, bar), make("span", {class: "number"}, count(n))));
  }));
  rove(list, "button", 1);
  show(figure, list);
}

let world = null;
function plotMap(rows, pick) {
  const figure = byId("plot-map"), places = new Map();
  let vague = 0;
  for (const i of rows) {
    if (!col.place[i]) continue;
    const [, , latitude, longitude] = data.header.places[col.place[i]];
    if (latitude === null || longitude === null) vague++; else places.set(col.place[i], (places.get(col.place[i]) || 0) + 1);
  }
  const left = [vague ? `${plural(vague, "event")} with a region or a country alone` : "", places.size > LIMITS.spots ? `all but the ${count(LIMITS.spots)} most frequent places` : ""];
  byId("map-note").textContent = left.some(l => l) ? `Not drawn: ${left.filter(l => l).join(", ")}.` : "";
  if (!places.size || !world) return show(figure, nothing("None of these events has a place with coordinates."));
  const located = Array.from(places.values()).reduce((a, b) => a + b, 0), width = widthOf(figure), unit = 1800 / width;
  const svg = draw("svg", {viewBox: "0 25 1800 725", width, height: Math.round(width * 725 / 1800), role: "group", "aria-label": `Map of ${plural(located, "located event")}`});
  svg.append(draw("rect", {class: "sea", x: 0, y: 25, width: 1800, height: 725}), draw("path", {class: "land", d: world.header.path, "stroke-width": 0.7 * unit}));
  const ordered = Array.from(places).sort((a, b) => b[1] - a[1]).slice(0, LIMITS.spots), most = ordered[0][1], largest = Math.min(Math.max(width / 90, 4), 10);
  for (const [number, n] of ordered) {
    const [name, country, latitude, longitude] = data.header.places[number];
    const words = `${name}${country ? ", " + countryName(country) : ""}: ${plural(n, "event")}`;
    const dot = tip(draw("circle", {class: "spot", cx: 5 * (longitude + 180), cy: 5 * (90 - latitude), r: unit * (2 + largest * Math.sqrt(n / most)),
      "stroke-width": unit, tabindex: "-1", role: "button", "aria-label": words}), words);
    const go = () => pick({search: `"${name}"`});
    dot.addEventListener("click", go);
    dot.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); go(); } });
    svg.append(dot);
  }
  rove(svg, ".spot", 1);
  show(figure, svg, ["place", "country", "latitude", "longitude", "events"], () => ordered.slice(0, 200).map(([number, n]) => {
    const [name, country, latitude, longitude] = data.header.places[number];
    return [name || "", country || "", latitude.toFixed(2), longitude.toFixed(2), n];
  }));
}

function listActors(rows, pick) {
  const found = new Map();
  const of = number => { if (!found.has(number)) found.set(number, {source: 0, target: 0, sum: 0, names: new Map()}); return found.get(number); };
  for (const i of rows) {
    const a = of(col.source[i]);
    a.source++; a.sum += data.header.codes[col.code[i]][5] || 0;
    a.names.set(col.source_name[i], (a.names.get(col.source_name[i]) || 0) + 1);
    if (col.target[i]) { const b = of(col.target[i]); b.target++; b.names.set(col.target_name[i], (b.names.get(col.target_name[i]) || 0) + 1); }
  }
  const top = Array.from(found).sort((a, b) => b[1].source + b[1].target - a[1].source - a[1].target || a[0] - b[0]).slice(0, LIMITS.actors);
  const body = top.map(([number, a]) => {
    const code = data.header.actors[number][0], names = Array.from(a.names).filter(([n]) => n).sort((p, q) => q[1] - p[1]).slice(0, 3);
    const row = make("tr", {}, make("th", {scope: "row"}, make("button", {type: "button", class: "link", onclick: () => pick({source: code})}, corpus(code))),
      make("td", {}, ...names.flatMap(([n], k) => [k ? ", " : null, corpus(data.header.names[n])])),
      make("td", {class: "number"}, count(a.source)), make("td", {class: "number"}, count(a.target)),
      make("td", {class: "number"}, a.source ? (a.sum / a.source).toFixed(1).replace("-", "−") : ""));
    return row;
  });
  const heads = [["code", ""], ["names", ""], ["as source", "number"], ["as target", "number"], ["mean Goldstein as source", "number"]];
  byId("actors").querySelector(".scroll").replaceChildren(make("table", {class: "plain"},
    make("thead", {}, make("tr", {}, ...heads.map(([h, c]) => make("th", {scope: "col", class: c || null}, h)))), make("tbody", {}, ...body)));
}

// One tab stop for a group; arrow keys move inside it.
function rove(group, selector, columns) {
  const all = Array.from(group.querySelectorAll(selector));
  if (!all.length) return;
  all[0].setAttribute("tabindex", "0");
  const cellOf = node => { const td = node.closest("td"); return td ? [td.parentNode.rowIndex, td.cellIndex] : null; };
  const to = node => { if (!node) return; all.forEach(n => n.setAttribute("tabindex", "-1")); node.setAttribute("tabindex", "0"); node.focus(); };
  group.addEventListener("keydown", event => {
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns > 1 ? "down" : 1, ArrowUp: columns > 1 ? "up" : -1, Home: "home", End: "end"}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (step === "home") to(all[0]);
    else if (step === "end") to(all[all.length - 1]);
    else if (typeof step === "number") to(all[at + step]);
    else {
      const [row, cell] = cellOf(all[at]), sign = step === "down" ? 1 : -1;
      const others = all.filter(n => sign * (cellOf(n)[0] - row) > 0);
      others.sort((p, q) => sign * (cellOf(p)[0] - cellOf(q)[0]) || Math.abs(cellOf(p)[1] - cell) - Math.abs(cellOf(q)[1] - cell));
      to(others[0]);
    }
  });
}
