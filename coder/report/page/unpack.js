// Blocks of packed columns (see coder/report/columns.py) and small helpers for building the page from text.

const NULL_DAY = -(2 ** 31);
const ARRAYS = {u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array};

async function unpack(name) {
  const holder = document.getElementById("block-" + name);
  const letters = atob(holder.textContent);
  holder.remove();
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const columns = {};
  for (const [column, [kind, offset, length]] of Object.entries(header.columns)) {
    columns[column] = new ARRAYS[kind](buffer, 4 + size + offset, length);
  }
  return {header, columns};
}

const byId = id => document.getElementById(id);

// An element with attributes and children; strings become text, never markup.
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "onclick") node.addEventListener("click", value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter(c => c !== null && c !== undefined));
  return node;
}

// Text of the corpus: kept apart from its neighbours in writing direction.
const corpus = (text, attributes = {}) => make("bdi", attributes, String(text));

const SVG = "http://www.w3.org/2000/svg";
function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const isoDay = day => day === NULL_DAY ? "" : new Date(day * 864e5).toISOString().slice(0, 10);
const dayOf = iso => { const t = Date.parse(iso + "T00:00:00Z"); return Number.isNaN(t) ? null : Math.round(t / 864e5); };
const count = n => n.toLocaleString("en");
const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

function debounce(run, wait) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(run, wait); };
}
