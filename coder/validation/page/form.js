"use strict";
(() => {
  const { sample, columns, questions, rows } = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const articles = [...document.querySelectorAll("article")];
  const cycle = ["y", "n", "?", ""];
  let answers = rows.map(() => ({}));
  let current = 0;

  const coderField = byId("coder");
  const keyOf = (name) => `eventcoder:${sample}:${name}`;
  const say = (text) => { byId("note").textContent = text; };

  function store(name, value) {
    try { localStorage.setItem(name, value); } catch { say("This browser keeps no answers: download the CSV before you close the page."); }
  }
  function fetchStored(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  }
  function save() { store(keyOf(coderField.value.trim()), JSON.stringify(answers)); }
  function load() {
    let kept = null;
    try { kept = JSON.parse(fetchStored(keyOf(coderField.value.trim())) || "null"); } catch { kept = null; }
    answers = rows.map((_, i) => (Array.isArray(kept) && kept[i] && typeof kept[i] === "object" ? kept[i] : {}));
    articles.forEach(show);
    count();
  }

  const asked = (i) => questions.filter((q) => rows[i][q] !== "n/a");
  const complete = (i) => asked(i).every((q) => ["y", "n", "?"].includes(answers[i][q]));
  function show(article, i) {
    for (const radio of article.querySelectorAll("input[type=radio]")) radio.checked = answers[i][radio.dataset.question] === radio.value;
    article.querySelector("input[type=text]").value = String(answers[i].comment || "");
    article.classList.toggle("complete", complete(i));
  }
  function count() {
    const done = rows.filter((_, i) => complete(i)).length;
    byId("bar").value = done;
    byId("done").textContent = `${done} of ${rows.length} judged`;
  }
  function set(i, question, value) {
    if (value) answers[i][question] = value; else delete answers[i][question];
    show(articles[i], i);
    count();
    save();
  }
  function go(i, focus = true) {
    current = Math.max(0, Math.min(rows.length - 1, i));
    articles.forEach((a, n) => a.classList.toggle("current", n === current));
    if (focus) { articles[current].focus({ preventScroll: true }); articles[current].scrollIntoView({ block: "start" }); }
  }
  function nextOpen() {
    for (let step = 0; step < rows.length; step++) {
      const i = (current + step) % rows.length;
      if (!complete(i)) { go(i); return; }
    }
    say("All events are judged: download the CSV.");
  }

  // As the command line writes it: text that a spreadsheet could take for a formula gets an apostrophe before it.
  const formula = /^'*[=+\-@\t\r\n]/;
  function cell(text) {
    const safe = formula.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  function csv() {
    const lines = [columns, ...rows.map((row, i) => columns.map((c) => {
      if (c === "coder") return coderField.value.trim();
      if (c === "comment") return String(answers[i].comment || "");
      return questions.includes(c) && row[c] !== "n/a" ? String(answers[i][c] || "") : row[c];
    }))];
    return `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }
  function download() {
    const name = coderField.value.trim();
    if (!name) { say("Give your name first: the sheets of several coders are told apart by it."); coderField.focus(); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = `sheet-${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    const open = rows.filter((_, i) => !complete(i)).length;
    say(open ? `Saved; ${open} events are not fully judged yet.` : "Saved.");
  }

  document.addEventListener("change", (event) => {
    const { item, question } = event.target.dataset;
    if (question) set(Number(item) - 1, question, event.target.value);
  });
  document.addEventListener("input", (event) => {
    const { comment } = event.target.dataset;
    if (comment) { answers[Number(comment) - 1].comment = event.target.value; save(); }
  });
  document.addEventListener("focusin", (event) => {
    const article = event.target.closest("article");
    if (article) go(Number(article.dataset.item) - 1, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=text]");
    if (typing) { if (event.key === "Escape") { event.preventDefault(); go(current); } return; }
    const number = Number(event.key);
    if (event.key === "j") go(current + 1);
    else if (event.key === "k") go(current - 1);
    else if (event.key === "c") { event.preventDefault(); articles[current].querySelector("input[type=text]").focus(); }
    else if (event.key === "a") { asked(current).forEach((q) => set(current, q, "y")); go(current + 1); }
    else if (number >= 1 && number <= questions.length && asked(current).includes(questions[number - 1])) {
      const question = questions[number - 1];
      set(current, question, cycle[(cycle.indexOf(answers[current][question] || "") + 1) % cycle.length]);
    }
  });
  byId("next").addEventListener("click", nextOpen);
  byId("download").addEventListener("click", download);
  let name = "";
  coderField.addEventListener("change", () => {
    const nameless = keyOf("");
    const given = coderField.value.trim();
    store(`eventcoder:${sample}`, given);
    if (!name && given && fetchStored(keyOf(given)) === null) { // judged before the name was given: theirs all the same
      save();
      try { localStorage.removeItem(nameless); } catch { /* nothing was kept */ }
    }
    name = given;
    load();
  });

  coderField.value = name = fetchStored(`eventcoder:${sample}`) || "";
  load();
  go(0, false);
})();
