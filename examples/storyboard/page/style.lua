-- How storyboard.html looks: light and dark, narrow and wide, on paper. SPDX-License-Identifier: MIT

return [[
:root { --paper: #f6f4ef; --card: #fff; --ink: #23211d; --soft: #6d675d; --line: #dcd7cc;
  --accent: #a4452c; --shade: rgba(40, 30, 10, .12); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161614; --card: #211f1d; --ink: #e9e5dc; --soft: #a09a8d; --line: #38352f;
    --accent: #e58b6c; --shade: rgba(0, 0, 0, .5); }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 92rem; padding: 2.5rem 1.5rem 4rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 "Iowan Old Style", Charter, Georgia, serif; }
header { border-bottom: 3px double var(--line); padding-bottom: 1.5rem; }
h1 { font-size: clamp(1.9rem, 5vw, 3.2rem); line-height: 1.1; margin: 0 0 .4rem; letter-spacing: .02em; }
.byline { margin: 0; color: var(--soft); white-space: pre-line; }
.facts { margin: 1rem 0 0; font: .85rem/1.5 system-ui, sans-serif; color: var(--soft); }
.facts b { color: var(--ink); }
.bad, .facts .bad { color: var(--accent); }
nav ol { columns: 20rem; margin: 1.2rem 0 0; padding-left: 1.6rem; font: .85rem/1.7 system-ui, sans-serif; }
nav a { color: inherit; text-decoration: none; border-bottom: 1px solid var(--line); }
nav a:hover, nav a:focus { border-color: var(--accent); color: var(--accent); }
section { margin-top: 3rem; }
h2 { font: 700 1rem/1.3 "Courier Prime", "Courier New", monospace; letter-spacing: .06em; margin: 0 0 1rem;
  padding: .5rem 0; border-bottom: 1px solid var(--line); display: flex; gap: 1rem; overflow-wrap: anywhere; }
h2 .number { color: var(--accent); }
.shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr));
  gap: 1.4rem; align-items: start; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  overflow: hidden; box-shadow: 0 2px 8px var(--shade); display: flex; flex-direction: column; break-inside: avoid; }
figure > img, figure > video, .missing { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover;
  background: var(--line); }
video { background: #000; }
audio { display: block; width: 100%; height: 2.2rem; margin: .35rem 0 0; }
.missing { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .4rem;
  padding: 1rem; text-align: center; font: .85rem/1.4 system-ui, sans-serif; color: var(--soft);
  overflow: auto; overflow-wrap: anywhere;
  background: repeating-linear-gradient(135deg, var(--card) 0 12px, var(--paper) 12px 24px); }
.missing b { color: var(--accent); }
.lost { margin: 0; padding: .45rem 1rem; border-bottom: 1px solid var(--line); font: .8rem/1.45 system-ui, sans-serif;
  color: var(--soft); overflow-wrap: anywhere; }
.lost b { color: var(--accent); font-weight: 600; }
.speech .lost { padding: .2rem 8%; border: 0; text-align: center; }
#film { margin-top: 2rem; }
#film .lost { padding: 0; border: 0; }
#film video { display: block; width: 100%; max-width: 48rem; margin: 0 auto; aspect-ratio: 16 / 9;
  border-radius: 6px; box-shadow: 0 2px 8px var(--shade); }
.failures { margin: 1.2rem 0 0; padding: .7rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-left: 3px solid var(--accent); border-radius: 6px; font: .85rem/1.6 system-ui, sans-serif; }
.failures + .failures { margin-top: .6rem; }
.failures ul { margin: .5rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
.failures a { color: inherit; }
summary { cursor: pointer; }
summary:hover, summary:focus-visible { color: var(--accent); }
.takes { margin: 1rem 0 0; font: .8rem/1.5 system-ui, sans-serif; color: var(--soft); }
.takes ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: .6rem; margin: .6rem 0 0;
  padding: 0; list-style: none; }
.takes li { min-width: 0; overflow-wrap: anywhere; }
.takes a, .takes .none { display: block; margin-bottom: .2rem; }
.takes .none { aspect-ratio: 16 / 9; border: 1px dashed var(--line); border-radius: 3px; padding: .2rem .4rem;
  color: var(--accent); }
.takes img, .takes video { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover; border-radius: 3px;
  background: var(--line); }
.takes .shown { color: var(--accent); }
.comments { margin: 1rem 0 0; padding: 0; list-style: none; font: .85rem/1.5 system-ui, sans-serif; }
.comments li { padding: .5rem .7rem; background: var(--paper); border-radius: 4px; white-space: pre-line; }
.comments li + li { margin-top: .4rem; }
.comments .by { display: block; font-size: .75rem; color: var(--soft); }
figcaption { padding: .8rem 1rem 1rem; overflow-wrap: anywhere; }
.tag { float: right; margin-left: .6rem; font: .75rem/1.9 system-ui, sans-serif; color: var(--soft); }
.text { margin: 0; white-space: pre-line; }
.speech { margin: .9rem auto 0; max-width: 24rem;
  font: .85rem/1.45 "Courier Prime", "Courier New", monospace; }
.speech p { margin: 0; white-space: pre-line; padding: 0 8%; }
.speech .who { text-align: center; font-weight: 700; }
.speech .aside { text-align: center; color: var(--soft); }
.lyrics { font-style: italic; }
.note { margin: .9rem 0 0; padding-left: .7rem; border-left: 3px solid var(--accent); font-size: .88rem;
  color: var(--soft); white-space: pre-line; }
.transition { margin: 1rem 0 0; text-align: right; font: .85rem "Courier Prime", "Courier New", monospace; }
footer { margin-top: 3.5rem; border-top: 3px double var(--line); padding-top: 1rem;
  font: .8rem/1.6 system-ui, sans-serif; color: var(--soft); }
@media print {
  body { max-width: none; padding: 0; }
  nav, audio, .takes, #film { display: none; }
  video::-webkit-media-controls { display: none !important; }
  figure { box-shadow: none; }
}
]]
