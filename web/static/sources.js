// The sources of an answer: a row of cards, and how a source is told.

import { h, leadAway, quoted, toMark } from "./dom.js";

/** A link to a passage in its document, which opens it in the chat. */
function sourceLink(place, host) {
  const link = leadAway(h("a", { href: new URL(place.url, host.origin).href, dir: "auto" }, place.title));
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own is wanted
    event.preventDefault();
    host.openSource(place, link);
  });
  return link;
}

/** Where a source stands: its headings, departments and date. */
export function placeOf(source) {
  const parts = [source.path.join(" › "), source.departments.map((d) => d.name).join(", ")].filter(Boolean).map((part) => h("bdi", {}, part));
  if (source.updated) parts.push(h("time", { datetime: source.updated }, source.updated));
  if (!parts.length) return null;
  return h("p", { class: "place" }, ...parts.flatMap((part, i) => (i ? [" · ", part] : [part])));
}

/** Other documents with the same text. */
export function copiesOf(source, host) {
  if (!source.also?.length) return null;
  const places = source.also.map((copy) => h("li", {}, sourceLink(copy, host), copy.updated && h("time", { datetime: copy.updated }, copy.updated)));
  return h("div", { class: "copies", part: "copies" }, h("span", {}, host.strings.alsoIn), h("ul", {}, ...places));
}

/** A Shelf is the row of an answer's sources. */
export class Shelf {
  #host;
  #sources = new Map(); // by number
  #cards = new Map(); // elements, by number
  element = h("div", { class: "shelf", part: "sources", hidden: true });

  constructor(host) {
    this.#host = host;
  }

  get size() {
    return this.#sources.size;
  }

  /** Returns a source by its number. */
  get(n) {
    return this.#sources.get(n);
  }

  /** Shows sources under a label. */
  show(found, label) {
    for (const source of found) {
      this.#sources.set(source.n, source);
      this.#cards.set(source.n, this.#card(source));
    }
    this.element.replaceChildren(this.#group(label, found.map((s) => s.n)));
    this.element.hidden = found.length === 0;
    this.toMarks();
  }

  /** Puts the sources that were used apart from the others. Both stand in one row, so that nothing below moves. */
  part(cited) {
    const { strings } = this.#host;
    const others = [...this.#sources.keys()].filter((n) => !cited.includes(n));
    this.element.replaceChildren(this.#group(strings.used, cited.filter((n) => this.#cards.has(n))));
    if (others.length > 0) {
      const also = this.#group(strings.also, others);
      also.classList.add("also");
      this.element.append(also);
    }
    this.toMarks();
  }

  /** Shows of each card, which has a few lines, those with the question's words. */
  toMarks() {
    for (const card of this.#cards.values()) toMark(card.querySelector(".quote"), 0);
  }

  #group(label, numbers) {
    const items = numbers.map((n) => h("li", {}, this.#cards.get(n)));
    return h("section", { class: "group", "aria-label": label }, h("h4", {}, label), h("ol", { class: "cards" }, ...items));
  }

  #card(source) {
    const { strings } = this.#host;
    const quote = quoted(h("div", { class: "quote", lang: source.language || null, dir: "auto" }), source.quote);
    const more = h("button", { type: "button", class: "more", "aria-expanded": "false" }, strings.more, h("span", { class: "unseen" }, ` ${source.title}`));
    const card = h(
      "div",
      { class: "card", part: "source" },
      h("p", { class: "title" }, h("span", { class: "n", "aria-hidden": "true" }, String(source.n)), sourceLink(source, this.#host)),
      placeOf(source),
      quote,
      copiesOf(source, this.#host),
      more,
    );
    more.addEventListener("click", () => {
      const open = card.classList.toggle("wide");
      more.setAttribute("aria-expanded", String(open));
      more.firstChild.textContent = open ? strings.less : strings.more;
      if (open) quote.tabIndex = 0; // it may scroll
      else quote.removeAttribute("tabindex");
    });
    return card;
  }
}
