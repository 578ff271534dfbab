// What can be done with an answer that has ended: copy it, ask again, ask on.

import { button, h, suggestionList } from "./dom.js";

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

  /** Questions to go on with. After an answer that did not help there are some at any rate. */
  next({ mode, suggestions = [] }) {
    const { strings, conversation } = this.#host;
    const asked = conversation.thread.path.map((answer) => answer.ask.text);
    let questions = suggestions.filter((q) => !asked.includes(q));
    const refused = mode === "refused";
    if (refused && questions.length === 0) questions = this.#host.suggestions;
    if (questions.length === 0) return "";
    const words = refused ? strings.couldAsk : strings.goOn;
    return h("section", { class: "next", "aria-label": words }, h("h4", {}, words), suggestionList(questions, this.#host));
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
