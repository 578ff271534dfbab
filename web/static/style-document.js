// The look of a document beside the conversation.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
.reader { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100%; }
.reader .bar { border-block-end: 1px solid var(--line); }
.reader .bar h2:focus { outline: 0; }
.leaf { overflow-y: auto; overscroll-behavior: contain; padding: 1.25rem 1.5rem 3rem; scrollbar-width: thin; scrollbar-color: var(--line) transparent; font-size: 0.9375rem; }
.leaf:focus-visible { outline-offset: -2px; }
.leaf .document { margin-block-end: 1.25rem; padding-block-end: 1rem; border-block-end: 1px solid var(--line); }
.leaf h1 { margin: 0 0 0.6rem; font-size: 1.35rem; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; }
.leaf dl { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; font-size: 0.8125rem; }
.leaf dl div { display: flex; flex-wrap: wrap; gap: 0.3rem 0.5rem; }
.leaf dt { color: var(--muted); }
.leaf .tag { padding: 0.05rem 0.5rem; border-radius: 999px; background: var(--tint); }
.prose > * + * { margin-block-start: 0.85em; }
.prose :is(h1, h2, h3, h4, h5, h6) { margin: 1.6em 0 0.5em; font-size: 1rem; line-height: 1.35; }
.prose h1 { font-size: 1.2rem; }
.prose h2 { font-size: 1.1rem; }
.prose :is(ul, ol) { padding-inline-start: 1.5em; list-style: revert; }
.prose li + li { margin-block-start: 0.3em; }
.prose table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 0.875rem; }
.prose :is(th, td) { padding-block: 0.4rem; padding-inline: 0 0.75rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: top; }
.prose pre { overflow-x: auto; padding: 0.8rem 1rem; border-radius: 10px; background: var(--tint); font-size: 0.875rem; }
.prose blockquote { padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); color: var(--muted); }
/* The passage: a tint and a bar, so that it is seen without colour too. */
.passage { background: var(--tint); box-shadow: -0.6rem 0 0 var(--tint), 0.6rem 0 0 var(--tint), -0.8rem 0 0 var(--accent); }
li.passage, thead.passage th:first-child, tr.passage > :first-child { padding-inline-start: 0.6rem; box-shadow: inset 0.2rem 0 0 var(--accent); }
:is(thead, tr).passage { box-shadow: none; }
@media (forced-colors: active) {
  .passage { border-inline-start: 4px solid Highlight; }
}
`);
