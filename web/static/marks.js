// What stands behind the sentences of an answer: which source says so, or that
// none does.

import { h, leadAway, quoted, rendered } from "./dom.js";
import { copiesOf, placeOf } from "./sources.js";

/** Marks are those of one answer. */
export class Marks {
  #host;
  #shelf;
  #sentences = new Map(); // citation frames, by sentence
  #titled = new Set(); // numbers whose title stands behind a sentence already

  constructor(host, shelf) {
    this.#host = host;
    this.#shelf = shelf;
  }

  /** Takes what is known of a sentence. */
  know(citation) {
    this.#sentences.set(String(citation.sentence), citation);
  }

  /** Replaces a block of the answer. A mark in it that has the focus keeps it. */
  replace(block, html) {
    const focused = [...block.querySelectorAll("button")].indexOf(block.getRootNode().activeElement);
    for (const chip of block.querySelectorAll(".cite[data-titled]")) this.#titled.delete(chip.dataset.n);
    rendered(block, html);
    for (const chip of block.querySelectorAll(".cite")) this.#dressCite(chip);
    for (const chip of block.querySelectorAll(".doubt")) this.#dressDoubt(chip);
    if (focused >= 0) block.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
  }

  #dressCite(chip) {
    const { strings, peek } = this.#host;
    const source = this.#shelf.get(Number(chip.dataset.n));
    if (!source) return;
    chip.part = "citation";
    if (!this.#titled.has(chip.dataset.n)) {
      this.#titled.add(chip.dataset.n);
      chip.dataset.titled = "";
      chip.append(" ", h("bdi", { class: "where" }, source.path.at(-1) || source.title));
    }
    chip.setAttribute("aria-label", strings.source(chip.textContent, [source.title, ...source.path].join(" › "))); // begins with what is seen
    const note = chip.dataset.support === "weak" ? strings.weak : "";
    peek.attach(chip, () => this.#quote(source, note), () => this.#host.openSource(source, chip));
  }

  #dressDoubt(chip) {
    const { strings, peek } = this.#host;
    const known = this.#sentences.get(chip.dataset.sentence);
    const words = known?.support === "none" || !known?.unverified ? strings.doubt : strings.unverified(known.unverified.join(", "));
    peek.attach(chip, () => h("p", {}, words));
  }

  // What the popover of a citation shows.
  #quote(source, note) {
    const { strings, origin } = this.#host;
    const open = leadAway(h("a", { href: new URL(source.url, origin).href, class: "open" }, strings.openSource));
    open.addEventListener("click", (event) => {
      event.preventDefault();
      this.#host.openSource(source, open);
    });
    return h(
      "div",
      {},
      h("p", { class: "title" }, h("bdi", {}, source.title)),
      placeOf(source),
      quoted(h("blockquote", { lang: source.language || null, dir: "auto", tabindex: "0" }), source.quote),
      copiesOf(source, this.#host),
      note && h("p", { class: "note" }, note),
      open,
    );
  }
}
