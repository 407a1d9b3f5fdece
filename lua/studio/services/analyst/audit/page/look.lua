--- How the page of a plan looks, and what may be done with it in a browser. SPDX-License-Identifier: MIT
--
-- Both are constant texts: nothing of a plan is ever put into them. The page is a plain table without the script;
-- with it, columns sort (click, or Enter and Space on a heading), a box filters, and both stand in the address, so that
-- a view can be kept as a bookmark: #sort=-views&filter=finance.

local look = {}

look.style = [[
:root { --paper: #f7f7f5; --card: #fff; --ink: #1f2328; --soft: #62686f; --line: #dcdfe2; --head: #eef0f1;
  --link: #0b5cad; --warm: #8a4b00; --warm-paper: #fdf1de; --bad: #a4262c; --bad-paper: #fbe9e9;
  --calm: #1d5c3a; --calm-paper: #e5f3ea; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15171a; --card: #1c1f23; --ink: #e4e6e8; --soft: #9aa1a9; --line: #33383e; --head: #24282d;
    --link: #7db7f0; --warm: #f0c078; --warm-paper: #3a2d16; --bad: #f2a1a1; --bad-paper: #402124;
    --calm: #8fd3a9; --calm-paper: #1b3526; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 2rem 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.soft, .lead, footer { color: var(--soft); }
.lead { margin: 0; max-width: 60rem; }
a { color: var(--link); }
dl.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .7rem; margin: 1.4rem 0; }
dl.totals div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem;
  display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dl.totals dt { color: var(--soft); font-size: .82rem; }
dl.totals dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.notice { border-left: 4px solid var(--warm); background: var(--warm-paper); color: var(--warm); margin: 1rem 0;
  padding: .6rem .9rem; border-radius: 0 6px 6px 0; overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 0 0 .8rem; }
.tools[hidden] { display: none; }
.tools input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; padding: .45rem .7rem; width: 22rem; max-width: 100%; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; background: var(--card);
  border: 1px solid var(--line); }
caption { text-align: left; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: .55rem .7rem; overflow-wrap: anywhere; }
thead th { background: var(--head); font-size: .85rem; position: sticky; top: 0; z-index: 1;
  box-shadow: inset 0 -1px var(--line); overflow-wrap: normal; }
thead button { font: inherit; font-weight: inherit; color: inherit; background: none; border: 0; margin: -.3rem;
  padding: .3rem; cursor: pointer; text-align: left; }
thead button::after { content: " \2195"; opacity: .35; }
thead th[aria-sort=ascending] button::after { content: " \2191"; opacity: 1; }
thead th[aria-sort=descending] button::after { content: " \2193"; opacity: 1; }
tbody tr { border-top: 1px solid var(--line); }
tbody tr:hover { background: color-mix(in srgb, var(--head) 45%, transparent); }
td small { display: block; color: var(--soft); }
td time, .day { white-space: nowrap; }
td.name > bdi, td.name > a { font-weight: 600; }
td ul { margin: 0; padding: 0; list-style: none; }
td li + li { margin-top: .35rem; }
.number { font-variant-numeric: tabular-nums; }
.tag { display: inline-block; border-radius: 4px; padding: 0 .4rem; font-size: .8rem; line-height: 1.5;
  background: var(--warm-paper); color: var(--warm); }
.tag.bad { background: var(--bad-paper); color: var(--bad); }
.tag.calm { background: var(--calm-paper); color: var(--calm); }
col.c-name { width: 22%; } col.c-collection { width: 13%; } col.c-why { width: 22%; } col.c-run { width: 10%; }
col.c-views { width: 8%; } col.c-schedules { width: 13%; } col.c-actions { width: 12%; }
.none { padding: 1.2rem .7rem; color: var(--soft); }
ul.left-out { padding-left: 1.2rem; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .8rem; font-size: .85rem; }
@media (max-width: 52rem) {
  body { padding: 1.2rem .9rem 2rem; }
  dl.totals { grid-template-columns: repeat(auto-fit, minmax(6.4rem, 1fr)); gap: .5rem; }
  dl.totals dd { font-size: 1.1rem; }
  table, tbody { display: block; border: 0; background: none; }
  thead { display: block; }
  thead tr { display: flex; flex-wrap: wrap; gap: .3rem; margin-bottom: .8rem; }
  thead th { position: static; border: 1px solid var(--line); border-radius: 6px; box-shadow: none;
    padding: .25rem .6rem; }
  tbody tr { display: block; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
    margin-bottom: .7rem; padding: .3rem 0; }
  tbody tr[hidden] { display: none; }
  tbody td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: 0 .6rem; padding: .2rem .8rem; }
  tbody td::before { content: attr(data-label); color: var(--soft); font-size: .85rem; grid-row: span 9; }
  tbody td.name { display: block; font-size: 1.05rem; }
  tbody td.name::before { content: none; }
  col { display: none; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --head: #eee; --link: #000; }
  html { font-size: 10px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  .tools { display: none; }
  thead th { position: static; }
  thead button::after { content: none; }
  tr, dl.totals div { break-inside: avoid; }
  .tag { border: 1px solid var(--line); }
}
]]

-- A value that is not known comes last, whichever way a column is sorted. Equal ones keep the order of the plan.
look.script = [[
"use strict";
(function () {
  var table = document.getElementById("plan");
  if (!table) return;
  var body = table.tBodies[0], rows = Array.from(body.rows), heads = Array.from(table.tHead.rows[0].cells);
  var tools = document.getElementById("tools"), box = document.getElementById("filter");
  var shown = document.getElementById("shown");
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var sorted = "";

  function valueOf(row, column, numeric) {
    var value = row.cells[column].getAttribute("data-value");
    if (value === null || value === "") return null;
    return numeric ? Number(value) : value;
  }

  function sort(key) {
    var down = key.charAt(0) === "-", name = down ? key.slice(1) : key;
    var column = heads.findIndex(function (head) { return head.getAttribute("data-key") === name; });
    if (column < 0) return;
    var numeric = heads[column].hasAttribute("data-number");
    var order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
    var list = rows.map(function (row, i) { return { row: row, i: i, value: valueOf(row, column, numeric) }; });
    list.sort(function (a, b) {
      if (a.value === null || b.value === null) {
        return (a.value === null) - (b.value === null) || a.i - b.i;
      }
      var way = numeric ? a.value - b.value : order.compare(a.value, b.value);
      return (down ? -way : way) || a.i - b.i;
    });
    var all = document.createDocumentFragment();
    list.forEach(function (item) { all.appendChild(item.row); });
    body.appendChild(all);
    heads.forEach(function (head, i) {
      if (i === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    sorted = key;
  }

  function filter() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean), count = 0;
    rows.forEach(function (row, i) {
      var here = words.every(function (word) { return texts[i].includes(word); });
      if (row.hidden === here) row.hidden = !here;
      if (here) count += 1;
    });
    shown.textContent = words.length ? count + " of " + rows.length + " shown" : "";
  }

  function keep() {
    var view = new URLSearchParams();
    if (sorted) view.set("sort", sorted);
    if (box.value) view.set("filter", box.value);
    var text = view.toString();
    try { history.replaceState(null, "", text ? "#" + text : location.pathname + location.search); } catch (e) { }
  }

  function read() {
    var view = new URLSearchParams(location.hash.slice(1));
    box.value = view.get("filter") || "";
    filter();
    if (view.get("sort")) sort(view.get("sort"));
  }

  heads.forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      var key = head.getAttribute("data-key");
      sort(sorted === key ? "-" + key : key);
      keep();
    });
  });
  box.addEventListener("input", function () { filter(); keep(); });
  window.addEventListener("hashchange", read);
  tools.hidden = false;
  read();
})();
]]

return look
