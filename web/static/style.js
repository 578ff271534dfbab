// The look of the chat. Custom properties that begin with --bureau are for the
// page to set; all others are the widget's own.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
:host {
  all: initial;
  color-scheme: light dark;
  --accent: var(--bureau-accent, light-dark(#17624f, #82cbb3));
  --on-accent: var(--bureau-on-accent, light-dark(#ffffff, #0e1d18));
  --paper: var(--bureau-paper, light-dark(#faf9f6, #141716));
  --surface: var(--bureau-surface, light-dark(#ffffff, #1c201f));
  --ink: var(--bureau-ink, light-dark(#1e1d1a, #e8e6e1));
  --muted: var(--bureau-muted, light-dark(#65625b, #a2a8a3));
  --line: var(--bureau-line, light-dark(#e3dfd6, #303634));
  --strong-line: light-dark(#8f8a7f, #6b7470);
  --tint: var(--bureau-tint, light-dark(#e4efea, #21352e));
  --shadow: light-dark(0 8px 30px rgb(40 36 28 / 0.14), 0 8px 30px rgb(0 0 0 / 0.5));
  display: block;
}
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }

.shell {
  block-size: 100%;
  color: var(--ink);
  font-family: var(--bureau-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
  font-size: 1rem;
  line-height: 1.6;
  overflow-wrap: break-word;
  text-align: start;
}
.shell:lang(zh) { line-height: 1.75; line-break: strict; text-autospace: normal; }
.shell:lang(zh-Hant) {
  font-family: var(--bureau-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", sans-serif);
}
h2, h3, h4, p, ul, ol, dl, dd, blockquote { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, textarea, summary { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 0.2em; }
svg { inline-size: 1.25rem; block-size: 1.25rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; display: block; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* ---- the frame: a view that scrolls, a foot that stays */
.chat { block-size: 100%; }
.column { display: grid; grid-template-rows: minmax(0, 1fr) auto; block-size: 100%; }
.view { overflow-y: auto; overscroll-behavior: contain; scrollbar-gutter: stable both-edges; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.start, .log, .foot > * { max-inline-size: 48rem; margin-inline: auto; padding-inline: clamp(1rem, 3vw, 1.5rem); }
.log { padding-block: 1.5rem 1rem; }
.log:empty { padding: 0; }
.log:focus-visible { outline-offset: -2px; }
.foot { container-type: inline-size; position: relative; padding-block-end: max(0.6rem, env(safe-area-inset-bottom)); }

/* ---- the first screen */
.start { display: grid; align-content: center; gap: 0.5rem; min-block-size: 100%; padding-block: 2rem; }
.start h2 { font-size: clamp(1.6rem, 5vw, 2.25rem); font-weight: 650; line-height: 1.25; letter-spacing: -0.025em; text-wrap: balance; }
.start p { max-inline-size: 34rem; color: var(--muted); text-wrap: pretty; }
.suggestions { min-block-size: 13rem; margin-block-start: 1.5rem; }
.suggestions h3, h4 { margin-block-end: 0.5rem; color: var(--muted); font-size: 0.8125rem; font-weight: 550; }
.suggestions ul { display: grid; gap: 0.5rem; }
.suggestion { inline-size: 100%; min-block-size: 2.75rem; padding: 0.6rem 1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); text-align: start; }
.suggestion:hover { border-color: var(--accent); }
.suggestion:focus-visible { border-radius: 12px; }

/* ---- one question and its answer */
.exchange { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.exchange + .exchange { margin-block-start: 2.5rem; }
.question { justify-self: end; max-inline-size: min(85%, 34rem); padding: 0.6rem 1rem; border-radius: 18px 18px 4px 18px; background: var(--tint); }
.question p { white-space: pre-wrap; }
.status { display: flex; align-items: center; gap: 0.6rem; color: var(--muted); font-size: 0.9375rem; }
.status.busy::before { content: ""; flex: none; inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--accent); animation: breathe 1.6s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: 0.25; } }
.note { color: var(--muted); font-size: 0.875rem; }
.notice { padding: 0.6rem 0.9rem; border-inline-start: 3px solid var(--strong-line); background: var(--surface); color: var(--ink); font-size: 0.9375rem; }
.end { display: grid; gap: 0.75rem; }
.end:empty { display: none; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.tools:empty { display: none; }
.tool, .plain { min-block-size: 2rem; padding: 0.15rem 0.75rem; border: 1px solid var(--line); border-radius: 999px; color: var(--muted); font-size: 0.875rem; }
.tool:hover, .plain:hover { border-color: var(--accent); color: var(--accent); }

/* ---- sources: one row, so that what is under it stays where it is */
.shelf { display: flex; gap: 1.25rem; overflow-x: auto; margin-inline: -0.25rem; padding: 0.25rem 0.25rem 0.5rem; scroll-snap-type: x proximity; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.group { flex: none; min-inline-size: 0; max-inline-size: none; }
.cards { display: flex; align-items: flex-start; gap: 0.6rem; }
.cards li { scroll-snap-align: start; }
.card { display: flex; flex-direction: column; inline-size: min(15.5rem, 74vw); block-size: 11.25rem; padding: 0.75rem 0.9rem 0.6rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); font-size: 0.875rem; line-height: 1.5; }
.card.wide { inline-size: min(32rem, 82vw); block-size: auto; min-block-size: 11.25rem; max-block-size: 24rem; }
.also .card { background: transparent; }
.also .n { background: none; box-shadow: inset 0 0 0 1px var(--strong-line); color: var(--muted); }
.title { display: flex; align-items: baseline; gap: 0.5rem; font-weight: 600; font-size: 0.9375rem; line-height: 1.4; }
.title a { color: inherit; text-decoration: none; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden; }
.card.wide .title a { -webkit-line-clamp: none; }
.title a:hover { color: var(--accent); text-decoration: underline; }
.n { flex: none; display: inline-grid; place-content: center; min-inline-size: 1.35rem; block-size: 1.35rem; border-radius: 999px; background: var(--accent); color: var(--on-accent); font-size: 0.75rem; font-weight: 650; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; }
.place { margin-block: 0.15rem 0.4rem; color: var(--muted); font-size: 0.8125rem; line-height: 1.45; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.card.wide .place { -webkit-line-clamp: none; overflow: visible; }
.quote { flex: 1 1 auto; min-block-size: 0; max-block-size: 4.5em; overflow: hidden; mask-image: linear-gradient(#000 60%, transparent); }
.card:not(.wide) .quote :is(table, thead, tbody, tr, th, td) { display: inline; padding: 0; border: 0; font-weight: inherit; }
.card:not(.wide) .quote :is(th, td)::after { content: " · "; color: var(--muted); }
.card.wide .quote { max-block-size: none; overflow-y: auto; mask-image: none; }
.quote :is(p, ul, ol, table, h1, h2, h3, h4, h5, h6, pre, blockquote) { margin: 0 0 0.4em; padding: 0; font-size: inherit; }
.quote :is(ul, ol) { padding-inline-start: 1.2em; list-style: revert; }
.more { align-self: flex-start; margin-block-start: auto; min-block-size: 1.6rem; color: var(--accent); font-size: 0.8125rem; font-weight: 550; }
.more:hover { text-decoration: underline; }
mark { background: color-mix(in srgb, var(--accent) 20%, transparent); color: inherit; border-radius: 3px; padding-inline: 0.1em; }

/* ---- the words */
.body { font-size: 1.0625rem; }
.body:empty { display: none; }
.block:not(:empty) + .block:not(:empty) { margin-block-start: 0.85em; }
.block :is(p, ul, ol, table, pre, blockquote) { margin: 0; }
.block :is(h1, h2, h3, h4, h5, h6) { margin: 0.4em 0 0; font-size: 1.0625rem; line-height: 1.4; color: inherit; }
.block :is(ul, ol) { padding-inline-start: 1.5em; list-style: revert; }
.block li + li { margin-block-start: 0.3em; }
.block table, .quote table, .peek table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 0.9375rem; }
.quote table { font-size: inherit; }
.peek table { font-size: 0.8125rem; }
.block :is(th, td), .quote :is(th, td), .peek :is(th, td) { padding-block: 0.4rem; padding-inline: 0 0.9rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: top; }
:is(.block, .quote, .peek) :is(th, td):last-child { padding-inline-end: 0; }
.peek :is(th, td):not(:last-child) { padding-inline-end: 0.5rem; }
:is(th, td)[align="right"] { text-align: end !important; }
:is(th, td)[align="center"] { text-align: center !important; }
.block pre { overflow-x: auto; padding: 0.8rem 1rem; border-radius: 10px; background: var(--tint); font-size: 0.875rem; }
.block blockquote { padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); color: var(--muted); }
.quotes .block blockquote { color: inherit; }
.cite, .doubt { position: relative; display: inline-flex; align-items: center; gap: 0.35em; max-inline-size: 14rem; min-block-size: 1.5rem; margin-inline: 0.3em 0.2em; padding: 0 0.5em; border-radius: 999px; background: var(--tint); color: var(--accent); font-size: 0.8125rem; font-weight: 600; line-height: 1.4; vertical-align: 0.08em; white-space: nowrap; }
.cite { min-inline-size: 1.5rem; justify-content: center; font-variant-numeric: tabular-nums; }
.cite::after, .doubt::after { content: ""; position: absolute; inset: -0.4rem -0.15rem; }
.cite:hover { background: var(--accent); color: var(--on-accent); }
.cite[data-support="weak"] { background: none; box-shadow: inset 0 0 0 1px var(--accent); }
.cite[data-support="weak"]:hover { background: var(--tint); color: var(--accent); }
.where { overflow: hidden; text-overflow: ellipsis; font-weight: 500; }
.doubt { background: none; color: var(--muted); font-weight: 500; box-shadow: inset 0 0 0 1px var(--strong-line); }
.unsupported { text-decoration: underline dotted var(--strong-line); text-decoration-thickness: 2px; text-underline-offset: 0.25em; }

/* ---- refusal */
.refusal { display: grid; gap: 0.75rem; padding: 1rem 1.15rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); }
.refusal h4 { margin: 0; }

/* ---- the popover of a citation */
.peek { position: fixed; z-index: 2; inset: auto; inline-size: max-content; max-inline-size: min(24rem, calc(100vw - 1rem)); padding: 0.85rem 1rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); box-shadow: var(--shadow); font-size: 0.875rem; line-height: 1.5; }
.peek blockquote { max-block-size: 12rem; overflow-y: auto; }
.peek blockquote > :is(p, ul, ol, table) { margin: 0 0 0.4em; }
.peek blockquote :is(ul, ol) { padding-inline-start: 1.2em; list-style: revert; }
.peek .note { margin-block-start: 0.5rem; }
.peek .open { display: inline-block; margin-block-start: 0.6rem; font-weight: 550; }

/* ---- the foot */
.composer { padding-block-start: 0.5rem; }
.chips { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem; margin-block-end: 0.5rem; min-block-size: 2rem; font-size: 0.8125rem; }
.from { margin-inline-end: 0.2rem; color: var(--muted); }
.chip { min-block-size: 1.85rem; padding: 0 0.75rem; border: 1px solid var(--line); border-radius: 999px; color: var(--muted); text-decoration: line-through; }
.chip[aria-pressed="true"] { border-color: transparent; background: var(--tint); color: var(--ink); text-decoration: none; }
.chip:hover { border-color: var(--accent); }
.box { display: flex; align-items: flex-end; gap: 0.5rem; padding: 0.4rem; border: 1px solid var(--strong-line); border-radius: 20px; background: var(--surface); }
.box:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
textarea { flex: 1; min-inline-size: 0; max-block-size: 11rem; margin: 0; padding: 0.45rem 0.65rem; border: 0; outline: 0; resize: none; background: none; line-height: 1.5; overflow-y: auto; }
textarea:focus-visible { outline: 0; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { flex: none; display: grid; place-content: center; inline-size: 2.75rem; block-size: 2.75rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.send[aria-disabled="true"] { background: var(--line); color: var(--muted); cursor: default; }
.send:focus-visible { border-radius: 50%; }
.send.stop svg { fill: currentColor; }
.count { min-block-size: 0; padding-block-start: 0.25rem; color: var(--muted); font-size: 0.8125rem; }
.count:empty { display: none; }
.under { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; padding-block-start: 0.5rem; color: var(--muted); font-size: 0.8125rem; }
.under > p { flex: 1 1 14rem; }
.plain { min-block-size: 1.85rem; font-size: 0.8125rem; }
.plain.round { display: grid; place-content: center; inline-size: 2.5rem; block-size: 2.5rem; padding: 0; border: 0; }
.keys { position: relative; }
.keys summary { display: flex; align-items: center; min-block-size: 1.85rem; cursor: pointer; list-style: none; text-decoration: underline dotted; text-underline-offset: 0.25em; }
.keys dl { position: absolute; z-index: 1; inset-block-end: 100%; inset-inline-end: 0; display: grid; grid-template-columns: auto auto; gap: 0.35rem 1rem; inline-size: max-content; max-inline-size: 80vw; padding: 0.85rem 1rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); box-shadow: var(--shadow); color: var(--ink); }
.keys dt { font-weight: 600; }
.foot > .state { padding-block: 0.4rem; }
.state { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.75rem; color: var(--ink); font-size: 0.875rem; }
.state:empty { display: none; }
.foot > .newest { position: absolute; inset-block-end: calc(100% + 0.5rem); inset-inline: 0; display: flex; align-items: center; gap: 0.4rem; inline-size: max-content; min-block-size: 2.5rem; margin-inline: auto; padding: 0 1rem 0 0.75rem; border: 1px solid var(--line); border-radius: 999px; background: var(--surface); box-shadow: var(--shadow); font-size: 0.875rem; }

/* ---- launcher */
.launcher { position: fixed; z-index: var(--bureau-layer, 2147483000); inset-block-end: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-bottom)); inset-inline-end: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-right)); display: grid; place-content: center; inline-size: 3.5rem; block-size: 3.5rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow); }
.launcher:focus-visible { border-radius: 50%; outline-offset: 3px; }
.launcher svg { inline-size: 1.6rem; block-size: 1.6rem; }
:host([position="start"]) :is(.launcher, .panel:not(:modal)) { inset-inline: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-left)) auto; }
.panel { position: fixed; z-index: var(--bureau-layer, 2147483000); inset: auto; inset-block-end: calc(var(--bureau-offset, 1.25rem) + 4.25rem); inset-inline-end: var(--bureau-offset, 1.25rem); inline-size: min(26rem, calc(100vw - 2.5rem)); block-size: min(40rem, calc(100dvh - 7rem)); max-inline-size: none; max-block-size: none; margin: 0; padding: 0; overflow: hidden; border: 1px solid var(--line); border-radius: 20px; background: var(--paper); color: var(--ink); box-shadow: var(--shadow); }
.panel[open] { display: grid; grid-template-rows: auto minmax(0, 1fr); }
.panel:modal { inset: 0; inline-size: 100vw; block-size: 100dvh; border: 0; border-radius: 0; }
.bar { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.5rem 0.5rem 0.5rem 1.25rem; border-block-end: 1px solid var(--line); }
.bar h2 { font-size: 1rem; font-weight: 650; }

@media (prefers-reduced-motion: no-preference) {
  .view { scroll-behavior: auto; }
  .chip, .cite, .suggestion, .tool, .plain, .send { transition: background-color 120ms, border-color 120ms, color 120ms; }
}
@media (prefers-reduced-motion: reduce) {
  .status.busy::before { animation: none; }
}
@media (pointer: coarse) {
  .chip, .tool, .plain, .more { min-block-size: 2.75rem; }
  .cite::after, .doubt::after { inset: -0.65rem -0.3rem; }
}
@media (max-width: 40rem) {
  .start { align-content: end; }
  .suggestions { min-block-size: 15rem; margin-block-start: 1rem; }
}
@container (max-width: 34rem) {
  .keys { display: none; }
}
@media (forced-colors: active) {
  .card, .chip, .cite, .doubt, .send, .launcher, .question, .notice, .refusal { border: 1px solid ButtonText; }
  .chip[aria-pressed="true"] { border: 2px solid Highlight; }
  .send[aria-disabled="true"] { color: GrayText; }
  mark { background: Mark; color: MarkText; }
}
@media print {
  .foot, .launcher, .tools, .more, .status { display: none; }
  .column, .view { display: block; overflow: visible; }
  .shelf, .cards { flex-direction: column; }
  .card, .card.wide { inline-size: 100%; block-size: auto; max-block-size: none; break-inside: avoid; }
  .quote { max-block-size: none; mask-image: none; }
}
`);
