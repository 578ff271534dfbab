// The look of a question and its answer: sources, words, marks, refusal,
// popover. style.js has the colours.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
/* ---- one question and its answer */
.exchange { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: 1rem; scroll-margin-block-start: 1rem; }
.exchange:last-child { min-block-size: calc(100cqb - 2rem); } /* so that a new question can stand at the top */
.exchange:focus { outline: 0; }
.exchange:focus-visible { outline: 2px solid var(--accent); outline-offset: 0.5rem; }
.exchange + .exchange { margin-block-start: 2.5rem; }
.asked { display: grid; justify-items: end; gap: 0.15rem; margin-block-end: -0.5rem; }
.question { max-inline-size: min(85%, 34rem); padding: 0.6rem 1rem; border-radius: 18px; border-end-end-radius: 4px; background: var(--tint); }
.question p { white-space: pre-wrap; }
.question.editing { display: grid; gap: 0.6rem; inline-size: min(100%, 34rem); padding: 0.75rem; }
.question.editing textarea { max-block-size: 14rem; min-block-size: 4.5rem; border: 1px solid var(--strong-line); border-radius: 12px; background: var(--surface); }
.question.editing textarea:focus-visible { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.question.editing .tools { justify-content: end; }
.about { display: flex; align-items: center; gap: 0.15rem; color: var(--muted); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.about time { margin-inline-end: 0.35rem; }
.about .round { inline-size: 2rem; block-size: 2rem; }
.about svg { inline-size: 1rem; block-size: 1rem; }
.branches { display: flex; align-items: center; }
.branches svg:dir(rtl) { transform: scaleX(-1); }
.status { display: flex; align-items: center; gap: 0.6rem; color: var(--muted); font-size: 0.9375rem; }
.status.busy::before { content: ""; flex: none; inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--accent); animation: breathe 1.6s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: 0.25; } }
.note { color: var(--muted); font-size: 0.875rem; }
.notice { padding: 0.6rem 0.9rem; border-inline-start: 3px solid var(--strong-line); background: var(--surface); color: var(--ink); font-size: 0.9375rem; }
.end { display: flex; flex-direction: column; gap: 0.75rem; }
.tip { margin-block-end: -0.75rem; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.tools:empty { display: none; }
.votes { display: inline-flex; gap: 0.15rem; }
.votes .round { inline-size: 2rem; block-size: 2rem; }
.votes svg { inline-size: 1.1rem; block-size: 1.1rem; }
.votes .round[aria-pressed="true"] { background: var(--tint); color: var(--accent); }
.reasons { display: grid; gap: 0.75rem; max-inline-size: 34rem; padding: 1rem 1.15rem; border: 1px solid var(--line); border-radius: 14px; background: var(--surface); font-size: 0.9375rem; }
.reasons fieldset { display: flex; flex-wrap: wrap; gap: 0.4rem; min-inline-size: 0; }
.reasons legend { margin-block-end: 0.5rem; font-weight: 600; }
.reasons textarea { inline-size: 100%; border: 1px solid var(--strong-line); border-radius: 12px; }
.pick { position: relative; }
.pick input { position: absolute; inset: 0; opacity: 0; inline-size: 100%; block-size: 100%; margin: 0; cursor: pointer; }
.pick span { display: flex; align-items: center; min-block-size: 2rem; padding: 0.1rem 0.8rem; border: 1px solid var(--strong-line); border-radius: 999px; }
.pick input:checked + span { border-color: var(--accent); background: var(--tint); box-shadow: inset 0 0 0 1px var(--accent); }
.pick input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.exchange:not(:last-child) .next { display: none; } /* it is asked on already */
.next ul { display: grid; gap: 0.5rem; }

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
.place { flex: none; margin-block: 0.15rem 0.4rem; color: var(--muted); font-size: 0.8125rem; line-height: 1.45; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.card.wide .place { -webkit-line-clamp: none; overflow: visible; }
.quote { flex: 1 1 auto; min-block-size: 0; max-block-size: 4.5em; overflow: hidden; mask-image: linear-gradient(#000 60%, transparent); }
.card:not(.wide) .quote :is(table, thead, tbody, tr, th, td) { display: inline; padding: 0; border: 0; font-weight: inherit; }
.card:not(.wide) .quote :is(th, td)::after { content: " · "; color: var(--muted); }
.card.wide .quote { max-block-size: none; overflow-y: auto; mask-image: none; }
.quote :is(p, ul, ol, table, h1, h2, h3, h4, h5, h6, pre, blockquote) { margin: 0 0 0.4em; padding: 0; font-size: inherit; }
.quote :is(ul, ol) { padding-inline-start: 1.2em; list-style: revert; }
.copies { flex: none; display: flex; gap: 0.35em; margin-block: 0.3rem 0.1rem; color: var(--muted); font-size: 0.8125rem; line-height: 1.45; }
.copies span { flex: none; }
.copies ul { min-inline-size: 0; }
.copies li { display: inline; }
.copies li:not(:last-child)::after { content: " · "; }
.copies a { color: inherit; }
.copies a:hover { color: var(--accent); }
.copies time { margin-inline-start: 0.4em; }
.card:not(.wide) .copies ul { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.card:not(.wide) .copies time { display: none; }
.more { align-self: flex-start; margin-block-start: auto; min-block-size: 1.6rem; color: var(--accent); font-size: 0.8125rem; font-weight: 550; }
.more:hover { text-decoration: underline; }
mark { background: color-mix(in srgb, var(--accent) 20%, transparent); color: inherit; border-radius: 3px; padding-inline: 0.1em; }

@container view (max-width: 32rem) {
  .card:not(.wide) { block-size: 9.75rem; }
  .card:not(.wide) .quote { max-block-size: 3em; }
}

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
.block blockquote > * + * { margin-block-start: 0.6em; }
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
`);
