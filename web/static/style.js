// The look of the chat: colours, type, the frame around the conversation, the
// foot and the launcher. Custom properties that begin with --bureau are for the
// page to set; all others are the widget's own.

import { sheet as answer } from "./style-answer.js";
import { sheet as media } from "./style-media.js";

const base = new CSSStyleSheet();

/** The sheets that a chat begins with. Others come, behind these, with what they are for. */
export const sheets = [base, answer, media]; // the last has the last word

base.replaceSync(`
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
  --danger: light-dark(#a3261c, #f2a9a1);
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
h1, h2, h3, h4, p, ul, ol, dl, dd, blockquote, fieldset, legend { margin: 0; padding: 0; border: 0; }
ul, ol { list-style: none; }
button, textarea, input, summary { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 0.2em; }
svg { inline-size: 1.25rem; block-size: 1.25rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; display: block; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* ---- the frame: a bar, a view that scrolls, a foot that stays; a list and a document beside them */
.chat { position: relative; display: grid; grid-template-columns: auto minmax(0, 1fr) auto; grid-template-rows: minmax(0, 1fr); block-size: 100%; overflow: hidden; }
.column { grid-column: 2; display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr) auto; min-inline-size: 0; block-size: 100%; }
.bar { display: flex; align-items: center; gap: 0.25rem; min-block-size: 3.5rem; padding: 0.4rem 0.75rem; }
.bar :is(h1, h2) { flex: 1; min-inline-size: 0; overflow: hidden; margin-inline: 0.4rem; font-size: 0.9375rem; font-weight: 600; line-height: 1.4; text-overflow: ellipsis; white-space: nowrap; }
.bar slot { flex: 1; display: flex; min-inline-size: 0; }
.view { container: view / size; overflow-y: auto; overscroll-behavior: contain; scrollbar-gutter: stable both-edges; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.start, .log, .foot > * { max-inline-size: 48rem; margin-inline: auto; padding-inline: clamp(1rem, 3vw, 1.5rem); }
.log { padding-block: 1rem; }
.log:empty { padding: 0; }
.log:focus-visible { outline-offset: -2px; }
.foot { position: relative; padding-block-end: max(0.6rem, env(safe-area-inset-bottom)); }
.round { flex: none; display: grid; place-content: center; inline-size: 2.5rem; block-size: 2.5rem; border-radius: 50%; color: var(--muted); }
.round:hover { background: var(--tint); color: var(--ink); }
.round:focus-visible { border-radius: 50%; }
.round.text { font-weight: 600; }
.round[aria-disabled="true"] { opacity: 0.4; cursor: default; background: none; }
.with-list .bar > .add { display: none; }
.with-list.untitled .bar h1 { opacity: 0; } /* the company's name is in the list */

.side { position: relative; min-block-size: 0; min-inline-size: 0; background: var(--surface); }
.side.list { grid-column: 1; inline-size: 17.5rem; border-inline-end: 1px solid var(--line); background: color-mix(in srgb, var(--tint) 35%, var(--paper)); }
.side.document { grid-column: 3; inline-size: clamp(24rem, 34vw, 36rem); border-inline-start: 1px solid var(--line); }
.side.sheet { position: absolute; inset: 0; z-index: 3; inline-size: auto; border: 0; box-shadow: 0 0 0 100vmax rgb(0 0 0 / 0.35); }
.side.list.sheet { inset-inline-end: auto; inline-size: min(22rem, 100%); background: var(--paper); }

/* ---- the first screen */
.start { display: grid; align-content: center; gap: 0.5rem; min-block-size: 100%; padding-block: 1rem 2rem; }
.start h2 { font-size: clamp(1.6rem, 5vw, 2.25rem); font-weight: 650; line-height: 1.25; letter-spacing: -0.025em; text-wrap: balance; }
.start p { max-inline-size: 34rem; color: var(--muted); text-wrap: pretty; }
.suggestions { min-block-size: 13rem; margin-block-start: 1.5rem; }
.suggestions h3, h4 { margin-block-end: 0.5rem; color: var(--muted); font-size: 0.8125rem; font-weight: 550; }
.suggestions ul { display: grid; gap: 0.5rem; }
.suggestion { inline-size: 100%; min-block-size: 2.75rem; padding: 0.6rem 1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); text-align: start; }
.suggestion:hover { border-color: var(--accent); }
.suggestion:focus-visible { border-radius: 12px; }

/* ---- the foot */
.composer { padding-block-start: 0.5rem; }
.chips { display: flex; align-items: center; gap: 0.35rem; overflow-x: auto; min-block-size: 2.5rem; margin-inline: -0.3rem; padding: 0.3rem; font-size: 0.8125rem; white-space: nowrap; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.from { margin-inline-end: 0.2rem; color: var(--muted); }
.chip { flex: none; min-block-size: 1.85rem; padding: 0 0.75rem; border: 1px solid var(--line); border-radius: 999px; color: var(--muted); text-decoration: line-through; }
.chip[aria-pressed="true"] { border-color: transparent; background: var(--tint); color: var(--ink); text-decoration: none; }
.chip:hover { border-color: var(--accent); }
.box { display: flex; align-items: flex-end; gap: 0.5rem; padding: 0.4rem; border: 1px solid var(--strong-line); border-radius: 20px; background: var(--surface); }
.box:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
textarea { flex: 1; min-inline-size: 0; max-block-size: 11rem; margin: 0; padding: 0.45rem 0.65rem; border: 0; outline: 0; resize: none; field-sizing: content; background: none; line-height: 1.5; overflow-y: auto; }
textarea:focus-visible { outline: 0; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { flex: none; display: grid; place-content: center; inline-size: 2.75rem; block-size: 2.75rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.send[aria-disabled="true"] { background: var(--line); color: var(--muted); cursor: default; }
.send:focus-visible { border-radius: 50%; }
.send.stop svg { fill: currentColor; }
.count { min-block-size: 0; padding-block-start: 0.25rem; color: var(--muted); font-size: 0.8125rem; }
.count:empty { display: none; }
.foot > .under { padding-block-start: 0.5rem; color: var(--muted); font-size: 0.8125rem; text-align: center; }
.tool, .plain { min-block-size: 2rem; padding: 0.15rem 0.75rem; border: 1px solid var(--line); border-radius: 999px; color: var(--muted); font-size: 0.875rem; }
.tool:hover, .plain:hover { border-color: var(--accent); color: var(--accent); }
.tool.strong { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 550; }
.plain { min-block-size: 1.85rem; font-size: 0.8125rem; }
.foot > .state { padding-block: 0.4rem; }
.state { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.75rem; color: var(--ink); font-size: 0.875rem; }
.state:empty { display: none; }
.health { color: var(--muted); }
.health::before { content: ""; flex: none; inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; box-shadow: inset 0 0 0 2px var(--strong-line); }
.foot > .newest { position: absolute; inset-block-end: calc(100% + 0.5rem); inset-inline: 0; display: flex; align-items: center; gap: 0.4rem; inline-size: max-content; min-block-size: 2.5rem; margin-inline: auto; padding: 0 1rem 0 0.75rem; border: 1px solid var(--line); border-radius: 999px; background: var(--surface); box-shadow: var(--shadow); font-size: 0.875rem; }

/* ---- launcher */
.launcher { position: fixed; z-index: var(--bureau-layer, 2147483000); inset-block-end: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-bottom)); inset-inline-end: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-right)); display: grid; place-content: center; inline-size: 3.5rem; block-size: 3.5rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow); }
.launcher:focus-visible { border-radius: 50%; outline-offset: 3px; }
.launcher svg { inline-size: 1.6rem; block-size: 1.6rem; }
:host([position="start"]) :is(.launcher, .panel:not(:modal)) { inset-inline: max(var(--bureau-offset, 1.25rem), env(safe-area-inset-left)) auto; }
.panel { position: fixed; z-index: var(--bureau-layer, 2147483000); inset: auto; inset-block-end: calc(var(--bureau-offset, 1.25rem) + 4.25rem); inset-inline-end: var(--bureau-offset, 1.25rem); inline-size: min(26rem, calc(100vw - 2.5rem)); block-size: min(40rem, calc(100dvh - 7rem)); max-inline-size: none; max-block-size: none; margin: 0; padding: 0; overflow: hidden; border: 1px solid var(--line); border-radius: 20px; background: var(--paper); color: var(--ink); box-shadow: var(--shadow); }
.panel[open] { display: block; }
.panel:modal { inset: 0; inline-size: 100vw; block-size: 100dvh; border: 0; border-radius: 0; }
.launcher .badge { position: absolute; inset-block-start: -0.15rem; inset-inline-end: -0.15rem; display: grid; place-content: center; min-inline-size: 1.35rem; block-size: 1.35rem; padding-inline: 0.3rem; border-radius: 999px; background: var(--danger); color: var(--paper); font-size: 0.75rem; font-weight: 650; }
.in-launcher .bar { border-block-end: 1px solid var(--line); }

/* ---- the sheet of keys */
.help { inline-size: min(32rem, calc(100vw - 2rem)); max-block-size: calc(100dvh - 2rem); padding: 0.25rem 0.5rem 1.25rem; border: 1px solid var(--line); border-radius: 20px; background: var(--surface); color: var(--ink); box-shadow: var(--shadow); overflow-y: auto; }
.help::backdrop { background: rgb(0 0 0 / 0.35); }
.help h2 { font-size: 1.0625rem; }
.help dl { display: grid; grid-template-columns: auto 1fr; gap: 0.6rem 1.25rem; padding: 0.5rem 1.1rem; align-items: baseline; font-size: 0.9375rem; }
kbd { padding: 0.1rem 0.5rem; border: 1px solid var(--line); border-block-end-width: 2px; border-radius: 6px; background: var(--paper); font: inherit; font-size: 0.8125rem; white-space: nowrap; }

@container view (max-width: 32rem) {
  .start { align-content: end; padding-block-end: 1rem; }
  .start h2 { font-size: 1.5rem; }
  .suggestions { min-block-size: 15rem; margin-block-start: 1rem; }
}
`);
