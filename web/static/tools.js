// What can be done with an answer that has ended: copy it, ask again, ask on.

import { button, h } from "./dom.js";

const said = 2000; // ms that a button says what it has done

/** AnswerTools are the row of buttons under an answer. */
export class AnswerTools {
  #host;
  #answer;
  element;

  constructor(host, answer, markdown) {
    this.#host = host;
    this.#answer = answer;
    this.element = h("div", { class: "tools" }, markdown && this.#copy(markdown), this.#again());
  }

  /** Questions to go on with, after an answer that did not help. */
  next(mode) {
    const { strings, suggestions } = this.#host;
    if (mode !== "refused" || suggestions.length === 0) return "";
    const items = suggestions.map((q) => h("li", {}, button({ class: "suggestion", part: "suggestion", dir: "auto" }, () => this.#host.ask(q), q)));
    return h("section", { class: "next" }, h("h4", {}, strings.couldAsk), h("ul", {}, ...items));
  }

  #again() {
    const { ask } = this.#answer;
    return button({ class: "tool" }, () => this.#host.ask(ask.text, ask.after), this.#host.strings.again);
  }

  #copy(markdown) {
    const { strings, origin } = this.#host;
    const copy = button({ class: "tool" }, async () => {
      try {
        await navigator.clipboard.writeText(markdown.replaceAll("](/documents/", `](${origin}/documents/`));
        copy.textContent = strings.copied;
      } catch {
        copy.textContent = strings.notCopied; // the page's owner forbids the clipboard
      }
      setTimeout(() => (copy.textContent = strings.copy), said);
    }, strings.copy);
    return copy;
  }
}
