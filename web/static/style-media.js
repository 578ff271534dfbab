// The look where the reader or the paper asks for another: no movement, a
// coarse pointer, colours of their own, print. It stands behind the other
// sheets, which say how things look otherwise.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
@media (prefers-reduced-motion: no-preference) {
  button, .chip, .cite, .suggestion, .entry a { transition: background-color 120ms, border-color 120ms, color 120ms; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; }
}
@media (pointer: coarse) {
  .chip, .tool, .plain, .round { min-block-size: 2.75rem; }
  .round { min-inline-size: 2.75rem; }
  .cite::after, .doubt::after { inset: -0.65rem -0.3rem; }
  .more { position: relative; }
  .more::after { content: ""; position: absolute; inset: -0.6rem -0.75rem; }
}
@media (forced-colors: active) {
  .card, .chip, .cite, .doubt, .send, .launcher, .badge, .question, .notice, .refusal, .round, .side.sheet, .panel:modal { border: 1px solid ButtonText; }
  .chip[aria-pressed="true"], .round[aria-pressed="true"], .entry a[aria-current], .pick input:checked + span { border: 2px solid Highlight; }
  .status.busy::before, .entry .running, .health::before { background: CanvasText; }
  .send[aria-disabled="true"], .round[aria-disabled="true"] { color: GrayText; opacity: 1; }
  .box:focus-within, .find:focus-within { outline: 2px solid Highlight; }
  mark { background: Mark; color: MarkText; }
}
@media print {
  :host, :host([theme]) { color-scheme: light; }
  .foot, .launcher, .tools, .why, .next, .more, .status, .about > :not(time), .column > .bar button, .side { display: none !important; }
  .shell, .chat, .column, .view { display: block; block-size: auto; overflow: visible; }
  .view { container-type: normal; }
  .exchange:last-child { min-block-size: 0 !important; }
  .asked { margin-block-end: 0; }
  .shelf { order: 1; display: block; overflow: visible; } /* under the answer, as notes are */
  .cards { flex-direction: column; }
  .group + .group { margin-block-start: 1rem; }
  .card, .card.wide { inline-size: 100%; block-size: auto; min-block-size: 0; max-block-size: none; break-inside: avoid; }
  .card .quote { flex: none; max-block-size: none; overflow: visible; mask-image: none; }
  .card:not(.wide) .copies ul { white-space: normal; }
  .title a { display: inline; overflow: visible; }
  .question, .n, .cite, mark { print-color-adjust: exact; }
}
`);
