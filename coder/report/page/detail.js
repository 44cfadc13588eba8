// One event opened: its sentence with source, trigger and target marked, what it was coded to, pattern and tree.

let trees = null;
const DEEPEST = 200;  // levels of a tree; far more than sentences have, far fewer than exhaust the stack

async function treesReady() {
  if (!trees) trees = unpack("trees").then(block => ({...block, of: new Map(Array.from(block.columns.sentence, (s, k) => [s, k]))}));
  return trees;
}

// The trigger's words in the sentence: pieces in the order of the text, the first and the last where the offsets say.
function triggerSpans(letters, i) {
  const at = col.trigger_at[i], end = at + col.trigger_length[i], pieces = data.header.words[col.trigger_text[i]].split(" … ").map(p => Array.from(p));
  const text = letters.join(""), spans = [];
  if (pieces.length === 1) return [[at, end]];
  let from = at;
  pieces.forEach((piece, k) => {
    const size = piece.length;
    let start = from;
    if (k === pieces.length - 1) start = end - size;
    else while (start < end - size && letters.slice(start, start + size).join("") !== piece.join("")) start++;
    spans.push([start, start + size]);
    from = start + size;
  });
  return text ? spans : [[at, end]];
}

// The part of each character: "", "source", "trigger" or "target"; offsets count characters, not UTF-16 units.
function partsOf(letters, i) {
  const parts = new Array(letters.length).fill(""), outside = [];
  const spans = [...triggerSpans(letters, i).map(s => ["trigger", ...s])];
  spans.push(["source", col.source_at[i], col.source_at[i] + col.source_length[i]]);
  if (col.target[i] && col.target_length[i]) spans.push(["target", col.target_at[i], col.target_at[i] + col.target_length[i]]);
  for (const [part, from, to] of spans) {
    if (from < 0 || to > letters.length) outside.push(part);
    else parts.fill(part, from, to);
  }
  return {parts, outside};
}

function markedSentence(i) {
  const number = col.sentence[i], sentence = texts.header.sentences[number], letters = Array.from(sentence);
  if (texts.columns.start[number] < 0) return {node: make("p", {class: "sentence", dir: "auto"}, sentence), parts: [], outside: ["source", "trigger", "target"]};
  const {parts, outside} = partsOf(letters, i), node = make("p", {class: "sentence", dir: "auto"}), named = new Set();
  for (let at = 0; at < letters.length;) {
    let end = at;
    while (end < letters.length && parts[end] === parts[at]) end++;
    const piece = letters.slice(at, end).join("");
    if (!parts[at]) node.append(piece);
    else {
      const mark = make("mark", {class: parts[at]}, piece);
      if (!named.has(parts[at])) mark.append(make("span", {class: "tag"}, parts[at]));
      named.add(parts[at]);
      node.append(mark);
    }
    at = end;
  }
  return {node, parts, outside};
}

function treeNode(block, k, parts) {
  const c = block.columns, first = c.first[k], last = c.first[k + 1], children = new Map(), roots = [];
  for (let t = first; t < last; t++) {
    const head = c.head[t] + first;
    if (c.head[t] < 0 || head === t || head >= last) roots.push(t);
    else { if (!children.has(head)) children.set(head, []); children.get(head).push(t); }
  }
  const seen = new Set();
  const item = (t, depth = 0) => {
    seen.add(t);
    const {words, tags} = block.header, part = parts[c.start[t]] || "";
    const line = make("span", {class: "word"}, make("span", {class: "relation"}, tags[c.deprel[t]] || ""), " ", corpus(words[c.form[t]] || "", {class: part || null}), " ",
      make("span", {class: "hint"}, tags[c.upos[t]] || "", words[c.lemma[t]] && words[c.lemma[t]] !== words[c.form[t]] ? " · " : "", words[c.lemma[t]] !== words[c.form[t]] ? corpus(words[c.lemma[t]] || "") : null));
    const below = (children.get(t) || []).filter(u => !seen.has(u));
    return make("li", {}, line, below.length && depth < DEEPEST ? make("ul", {}, ...below.map(u => item(u, depth + 1))) : null);
  };
  const list = make("ul", {class: "tree"}, ...roots.map(t => item(t)));
  for (let t = first; t < last; t++) if (!seen.has(t)) list.append(item(t));  // what a cycle holds, or hangs too deep
  return list;
}

const span = i => {
  if (col.date[i] === NULL_DAY) return "no date";
  const from = isoDay(col.date[i]);
  return col.days[i] ? `${from} to ${isoDay(col.date[i] + col.days[i])}` : from;
};

function pairsList(pairs) {
  return make("dl", {class: "pairs"}, ...pairs.filter(p => p && p[1] !== null && p[1] !== "" && p[1] !== undefined).flatMap(([name, value]) =>
    [make("dt", {}, name), make("dd", {}, value instanceof Node ? value : corpus(value))]));
}

const join = (...parts) => make("span", {}, ...parts.filter(p => p !== null && p !== ""));

function actorLine(i, side) {
  const h = data.header, actor = h.actors[col[side][i]], words = h.words[col[side + "_text"][i]];
  if (!actor) return null;
  const name = h.names[col[side + "_name"][i]], start = texts.columns.start[col.sentence[i]], from = Math.max(start, 0) + col[side + "_at"][i];
  return join(corpus(actor[0], {class: "code"}), name ? " " : null, name ? corpus(name) : null, words !== null ? " ← “" : null, words !== null ? corpus(words) : null, words !== null ? "”" : null,
    make("span", {class: "hint"}, ` characters ${from}–${from + col[side + "_length"][i]} of the document`));
}

function documentLine(i) {
  const [id, title, publisher, url, path] = data.header.documents[col.sentence_document[col.sentence[i]]];
  const day = col.document_date[col.sentence_document[col.sentence[i]]];
  const link = url && /^https?:\/\//i.test(url) ? make("a", {href: url, rel: "noopener noreferrer", target: "_blank"}, corpus(url)) : url ? corpus(url) : null;
  const pieces = [title ? corpus(title) : null, corpus(id, {class: "code"}), publisher ? corpus(publisher) : null, day !== NULL_DAY ? "published " + isoDay(day) : "no date of publication",
    `sentence ${col.sentence_index[col.sentence[i]] + 1}`, path ? corpus(path) : null, link].filter(p => p);
  return join(...pieces.flatMap((p, k) => [k ? " · " : null, p]));
}

function detail(i) {
  const h = data.header, code = h.codes[col.code[i]], place = h.places[col.place[i]], issues = h.issues[col.issues[i]], pattern = h.patterns[col.pattern[i]];
  const {node, parts, outside} = markedSentence(i);
  const attributed = h.actors[col.attributed_to[i]], told = h.words[col.attributed_text[i]];
  const box = make("div", {class: "detail"}, node);
  if (outside.length) box.append(make("p", {class: "hint"}, `Not marked: ${outside.join(", ")} (the words stand outside this sentence, or their place in it is not known).`));
  box.append(pairsList([
    ["source", actorLine(i, "source")],
    ["event", join(corpus(code[0], {class: "code"}), " ", corpus(code[1]))],
    ["target", actorLine(i, "target")],
    ["date", `${span(i)} (precision ${h.date_precision[col.date_precision[i]]}, basis ${h.date_basis[col.date_basis[i]]})`],
    ["status", h.status[col.status[i]]],
    ["told by", told !== null ? join(corpus(told), attributed ? " (" : null, attributed ? corpus(attributed[0], {class: "code"}) : null, attributed ? ")" : null) : null],
    ["Goldstein, quad class", `${code[5] === null ? "none" : String(code[5]).replace("-", "−")}, ${code[4]} ${QUADS[code[4]]}`],
    ["PLOVER", code.slice(6).filter(v => v).join(", ") || null],
    ["place", place ? join(corpus(place[0] ?? ""), place[1] ? ", " : null, place[1] ? corpus(countryName(place[1])) : null, place[2] !== null && place[3] !== null ? ` (${place[2].toFixed(3)}, ${place[3].toFixed(3)})` : null, place[4] !== null ? ` GeoNames ${place[4]}` : null) : "not told"],
    ["issues", issues ? issues.join(", ") : "none found"],
    ["reports", `${plural(col.reports[i], "document")} of the corpus, ${plural(col.stories[i], "story", "stories")}`],
    col.reciprocal[i] ? ["mirrored", "one of a pair: A to B and B to A"] : null,
    ["document", documentLine(i)],
    ["event_id", eventId(i)],
  ]));
  box.append(make("h3", {}, "Pattern"));
  box.append(make("p", {}, corpus(pattern[0], {class: "code"}), pattern[1] ? " at " : null, pattern[1] ? corpus(pattern[1], {class: "code"}) : null));
  box.append(pattern[2] ? make("pre", {tabindex: "0", role: "region", "aria-label": "The pattern in the dictionary", dir: "auto"}, pattern[2]) : make("p", {class: "hint"}, "The dictionaries at hand do not hold it."));
  box.append(make("h3", {}, "Dependency tree"));
  const place_ = make("div", {class: "treebox"}, make("p", {class: "hint"}, "Unpacking …"));
  box.append(place_);
  treesReady().then(block => {
    const k = block.of.get(col.sentence[i]);
    place_.replaceChildren(k === undefined ? make("p", {class: "hint"}, "Not in this page; `eventcoder explain` with the sentence draws it.") : treeNode(block, k, parts));
  });
  return box;
}
