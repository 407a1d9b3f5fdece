--- How the weekly report looks: on a wide screen, on a telephone, on paper. SPDX-License-Identifier: MIT
--
-- A constant text: nothing of a report is ever put into it. Light only, as paper is. The two colours of lines differ
-- for people who cannot tell red from green, and so do their marks.

return [[
:root { color-scheme: light; --paper: #f6f7f8; --card: #fff; --ink: #1d2229; --soft: #5b636d; --line: #dfe3e8;
  --head: #eef1f4; --blue: #1f6feb; --blue-soft: #8db7f5; --deep: #1b4f9c; --orange: #b8530b; --warm: #8a4b00;
  --warm-paper: #fdf1de; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 0 0 .2rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0; }
.when { font-size: 1.1rem; font-weight: 600; color: var(--deep); }
.soft, .lead, footer { color: var(--soft); }
.lead { margin-top: .3rem; max-width: 60rem; }
.notice { border-left: 4px solid var(--warm); background: var(--warm-paper); color: var(--warm); margin: 1rem 0 0;
  padding: .6rem .9rem; border-radius: 0 6px 6px 0; }
dl.totals { display: grid; grid-template-columns: repeat(4, 1fr); gap: .9rem; margin: 1.4rem 0; }
dl.totals div, section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
dl.totals div { padding: .8rem 1rem; }
dl.totals dt { color: var(--soft); font-size: .88rem; }
dl.totals dd { margin: 0; }
dl.totals .figure { font-size: 1.75rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
dl.totals .figure small { font-size: .9rem; font-weight: 400; color: var(--soft); }
dl.totals .change { font-size: .85rem; color: var(--soft); }
.plots { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; }
section { padding: 1rem 1.1rem 1.1rem; margin: 0 0 .9rem; min-width: 0; }
.plots section { margin: 0; }
.plots { margin-bottom: .9rem; }
.below { margin-top: .7rem; }
svg.plot { display: block; width: 100%; height: auto; margin-top: .5rem; }
svg text { font-size: 12px; fill: var(--ink); font-family: inherit; }
svg .tick, svg .unit { fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .y { text-anchor: end; }
svg .x, svg .value, svg .nothing { text-anchor: middle; }
svg text.soft { font-size: 11px; }
svg .value { font-weight: 600; font-size: 12px; font-variant-numeric: tabular-nums; }
svg .nothing { fill: var(--soft); font-size: 14px; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: #8b949e; }
svg .column { fill: var(--blue-soft); }
svg .past { stroke: var(--ink); stroke-width: 1.6; stroke-dasharray: 4 2; }
svg .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
svg .fps.line { stroke: var(--deep); } svg .fps.mark { fill: var(--deep); stroke: #fff; }
svg .comfort.line { stroke: var(--orange); } svg .comfort.mark { fill: var(--orange); stroke: #fff; }
svg.key { width: 26px; height: 10px; vertical-align: 0; margin-right: .35rem; }
svg.share { display: block; width: 100%; min-width: 3.5rem; height: .6rem; margin: .35rem 0; }
svg .whole { fill: var(--head); } svg .part { fill: var(--blue-soft); }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; font-size: .88rem; color: var(--soft); }
.legend .dash { display: inline-block; width: 26px; border-top: 2px dashed var(--ink); vertical-align: .28em;
  margin-right: .35rem; }
table { width: 100%; border-collapse: collapse; font-size: .93rem; margin-top: .6rem; }
th, td { text-align: left; vertical-align: top; padding: .38rem .5rem; border-top: 1px solid var(--line);
  overflow-wrap: normal; }
tbody th { overflow-wrap: anywhere; min-width: 5.4rem; }
.day { white-space: nowrap; }
thead th { border-top: 0; font-size: .84rem; color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.number { white-space: normal; }
td.bar, th.bar { width: 30%; }
tfoot td, tfoot th { border-top: 2px solid var(--line); font-weight: 600; }
.each { margin-top: 1rem; padding-top: .9rem; border-top: 1px solid var(--line); }
.result { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; }
.result b { font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.pair { columns: 2 20rem; column-gap: 2rem; margin-top: 1rem; }
.pair .each { break-inside: avoid; margin-top: 0; padding-bottom: 1rem; }
.against { color: var(--soft); font-size: .88rem; margin: -.7rem 0 1.2rem; }
.nothing-here { color: var(--soft); margin-top: .4rem; }
footer { margin-top: 1.5rem; font-size: .85rem; }
footer p + p { margin-top: .3rem; }
@media (max-width: 52rem) {
  body { padding: 1.2rem .8rem 2rem; }
  dl.totals { grid-template-columns: 1fr 1fr; gap: .6rem; }
  dl.totals div { padding: .6rem .7rem; }
  dl.totals .figure { font-size: 1.4rem; }
  .plots { grid-template-columns: 1fr; }
  section { padding: .9rem .8rem; }
  th, td { padding: .35rem .3rem; }
  table { font-size: .88rem; }
}
@media (max-width: 34rem) {
  table { font-size: .83rem; }
  thead th { font-size: .76rem; }
  th, td { padding: .35rem .2rem; }
  td.bar, th.bar, td.spare, th.spare { display: none; }
  .keep td.bar, .keep th.bar { display: table-cell; }
}
@media print {
  @page { margin: 14mm; }
  :root { --paper: #fff; --line: #c8ccd1; }
  html { font-size: 11px; }
  body { max-width: none; padding: 0; font-size: 1rem; -webkit-print-color-adjust: exact;
    print-color-adjust: exact; }
  dl.totals { grid-template-columns: repeat(4, 1fr); margin: .8rem 0; }
  .against { margin-top: -.4rem; }
  .plots { grid-template-columns: 1fr 1fr; }
  section, .each, tr, dl.totals div { break-inside: avoid; }
}
]]
