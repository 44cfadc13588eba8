// Which events the filters leave, in which order.

const QUADS = ["", "verbal cooperation", "material cooperation", "verbal conflict", "material conflict"];
let data = null;   // block "events"
let texts = null;  // block "texts", a moment later
let col = null;    // data.columns

// A mask over a list of distinct values: 1 where the test holds. Value 0 is null.
function mask(values, test) {
  const found = new Uint8Array(values.length);
  values.forEach((value, i) => { if (value !== null && test(value)) found[i] = 1; });
  return found;
}

const lower = new WeakMap();
function lowered(values, text) {
  if (!lower.has(values)) lower.set(values, values.map(v => v === null ? "" : text(v).toLowerCase()));
  return lower.get(values);
}
const holds = (values, term, text = v => v) => Uint8Array.from(lowered(values, text), v => v.includes(term) ? 1 : 0);

const spoken = v => v.filter(x => x !== null).join(" ");

// The words of the search box; "quoted words" stay together.
const termsOf = text => Array.from(text.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g), m => m[1] || m[2]);

function searchTests(text) {
  const h = data.header;
  return termsOf(text).map(term => {
    const actors = holds(h.actors, term, v => v[0]), names = holds(h.names, term), words = holds(h.words, term);
    const codes = holds(h.codes, term, v => v[0] + " " + v[1]), places = holds(h.places, term, spoken);
    const issues = holds(h.issues, term, spoken), patterns = holds(h.patterns, term, v => v[0]);
    const documents = holds(h.documents, term, spoken);
    const sentences = texts ? holds(texts.header.sentences, term) : new Uint8Array(col.sentence_document.length);
    const fits = Uint8Array.from(sentences, (hit, i) => hit | documents[col.sentence_document[i]]);
    const ids = /^[0-9a-f]{6,16}$/.test(term) && texts;
    return i => fits[col.sentence[i]] || actors[col.source[i]] || actors[col.target[i]] || names[col.source_name[i]] ||
      names[col.target_name[i]] || words[col.source_text[i]] || words[col.target_text[i]] || words[col.trigger_text[i]] ||
      words[col.attributed_text[i]] || codes[col.code[i]] || places[col.place[i]] || issues[col.issues[i]] ||
      patterns[col.pattern[i]] || (ids && eventId(i).includes(term));
  });
}

function actorTest(text, side) {
  const given = text.trim(), code = given.toUpperCase();
  const actors = mask(data.header.actors, v => v[0].startsWith(code));
  if (given === code) { const actor = col[side]; return i => actors[actor[i]]; }  // capitals are a code, not a part of a name
  const names = holds(data.header.names, given.toLowerCase());
  const actor = col[side], named = col[side + "_name"];
  return i => actors[actor[i]] || names[named[i]];
}

// The tests that a form's values ask for; an event must pass all.
function testsOf(form) {
  const h = data.header, tests = [];
  const value = name => form.elements[name].value;
  const coded = test => { const m = mask(h.codes, test); return i => m[col.code[i]]; };
  if (value("from")) { const day = dayOf(value("from")); tests.push(i => col.date[i] !== NULL_DAY && col.date[i] + col.days[i] >= day); }
  if (value("to")) { const day = dayOf(value("to")); tests.push(i => col.date[i] !== NULL_DAY && col.date[i] <= day); }
  if (value("status")) { const s = h.status.indexOf(value("status")); tests.push(i => col.status[i] === s); }
  if (value("quad")) tests.push(coded(v => String(v[4]) === value("quad")));
  if (value("root")) tests.push(coded(v => v[2] === value("root")));
  if (value("code").trim()) { const prefix = value("code").trim(); tests.push(coded(v => v[0].startsWith(prefix))); }
  if (value("country")) {
    const m = mask(h.actors, v => v[1] === value("country"));
    tests.push(i => m[col.source[i]] || m[col.target[i]]);
  }
  if (value("issue")) { const m = mask(h.issues, v => v.includes(value("issue"))); tests.push(i => m[col.issues[i]]); }
  if (value("source").trim()) tests.push(actorTest(value("source"), "source"));
  if (value("target").trim()) tests.push(actorTest(value("target"), "target"));
  if (value("search").trim()) tests.push(...searchTests(value("search")));
  return tests;
}

function filtered(form) {
  const tests = testsOf(form), n = data.header.rows, found = new Uint32Array(n);
  let size = 0;
  for (let i = 0; i < n; i++) {
    let fits = true;
    for (const test of tests) if (!test(i)) { fits = false; break; }
    if (fits) found[size++] = i;
  }
  return found.slice(0, size);
}

// Rank of each distinct value, nulls last in either direction.
function ranks(values, text) {
  const order = values.map((v, i) => i).filter(i => values[i] !== null);
  const keys = values.map(v => v === null ? "" : text(v));
  order.sort((a, b) => keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0);
  const found = new Float64Array(values.length).fill(Infinity);
  order.forEach((i, rank) => { found[i] = rank && keys[i] === keys[order[rank - 1]] ? found[order[rank - 1]] : rank; });
  return found;
}

const SORTS = {
  date: () => i => col.date[i] === NULL_DAY ? Infinity : col.date[i],
  source: () => { const r = ranks(data.header.actors, v => v[0]); return i => r[col.source[i]]; },
  target: () => { const r = ranks(data.header.actors, v => v[0]); return i => r[col.target[i]]; },
  code: () => { const r = ranks(data.header.codes, v => v[0]); return i => r[col.code[i]]; },
  goldstein: () => i => data.header.codes[col.code[i]][5] ?? Infinity,
  status: () => { const r = ranks(data.header.status, v => v); return i => r[col.status[i]]; },
  document: () => { const r = ranks(data.header.documents, v => v[0]); return i => r[col.sentence_document[col.sentence[i]]]; },
};

function sorted(rows, name, descending) {
  if (name === "date" && !descending) return rows;  // as the table stands
  const key = SORTS[name](), keys = new Float64Array(data.header.rows);
  for (const i of rows) keys[i] = key(i);
  const sign = descending ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const x = keys[a], y = keys[b];
    if (x === y) return a - b;
    if (x === Infinity) return 1;
    if (y === Infinity) return -1;
    return x < y ? -sign : sign;
  });
}

function eventId(i) {
  if (!texts) return "";
  if (texts.header.ids) return texts.header.ids[i];
  const half = k => texts.columns.ids[k].toString(16).padStart(8, "0");
  return half(2 * i) + half(2 * i + 1);
}
