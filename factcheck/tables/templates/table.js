
"use strict";
{
  const body = document.querySelector("#rows tbody");
  const rows = [...body.rows].map((row) => {
    const name = row.cells[0].textContent.toLowerCase();
    return { row, name, behind: document.getElementById(row.dataset.behind), text: null };
  });
  const status = document.getElementById("status");
  const search = document.getElementById("search");
  const only = document.getElementById("only");

  // A row fits where its name or its sentences have all the words.
  const fits = (item, words) => words.every((word) => {
    if (item.name.includes(word)) return true;
    item.text ??= item.behind.textContent.toLowerCase();
    return item.text.includes(word);
  });
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of rows) {
      const show = (!only.checked || item.row.dataset.found === "1") && fits(item, words);
      item.row.hidden = item.behind.hidden = !show;
      shown += show;
    }
    status.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  };
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  only.addEventListener("change", filter);

  const value = (row, n) => row.cells[n].dataset.value ?? row.cells[n].textContent.trim();
  for (const button of document.querySelectorAll("#rows thead button")) {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const down = head.getAttribute("aria-sort") === (head.dataset.first === "up" ? "ascending" : "descending");
      const up = head.dataset.first === "up" ? !down : down;
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const keyed = rows.map((item) => [value(item.row, head.cellIndex), item]);
      keyed.sort(([a], [b]) => (up ? 1 : -1) * (a - b || String(a).localeCompare(String(b), "en", { numeric: true })));
      body.append(...keyed.map(([, item]) => item.row));
    });
  }

  // A link from elsewhere to what the filter hides shows it again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.closest("[hidden]")) {
      search.value = "";
      only.checked = false;
      filter();
      target.scrollIntoView();
    }
  });
  for (const control of document.querySelectorAll(".control")) control.hidden = false;
  filter();
}
