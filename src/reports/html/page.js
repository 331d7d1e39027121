
"use strict";
(() => {
  const form = document.getElementById("filters");
  const articles = Array.from(document.querySelectorAll("article"));
  const order = ["critical", "high", "medium", "low", "note", "unknown", "pass", "not-applicable"];
  const names = ["severity", "check", "account", "framework"];
  const selects = names.map((name) => document.getElementById(name));
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const rows = articles.map((article) => ({
    article,
    values: names.map((name) => (name === "framework" ? article.dataset[name].split(" ") : [article.dataset[name]])),
    text: null,
  }));
  names.forEach((name, i) => {
    const found = new Set(rows.flatMap((row) => row.values[i]).filter((value) => value !== ""));
    const sorted = Array.from(found).sort((a, b) =>
      name === "severity" ? order.indexOf(a) - order.indexOf(b) : a < b ? -1 : 1);
    for (const value of sorted) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = value;
      selects[i].append(option);
    }
  });
  const apply = () => {
    const wanted = selects.map((select) => select.value);
    const word = search.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      let fits = wanted.every((value, i) => value === "" || row.values[i].includes(value));
      if (fits && word !== "") {
        row.text ??= row.article.textContent.toLowerCase();
        fits = row.text.includes(word);
      }
      row.article.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${rows.length} shown`;
  };
  const toggle = (open) => {
    for (const { article } of rows) {
      if (!article.hidden) article.querySelector("details").open = open;
    }
  };
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 150);
  });
  for (const select of selects) select.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open").addEventListener("click", () => toggle(true));
  document.getElementById("close").addEventListener("click", () => toggle(false));
  addEventListener("beforeprint", () => toggle(true));
  form.hidden = false;
  apply();
})();
