// The question over an answer: its words, editing it, and the way to the
// branches beside it.

import { button, h, iconButton, icons } from "./dom.js";

/** A Question is the head of one answer. */
export class Question {
  #host;
  #answer;
  #bubble;
  #tools;
  element;

  constructor(host, answer) {
    this.#host = host;
    this.#answer = answer;
    const { strings } = host;
    this.#bubble = h("div", { class: "question", part: "question" }, h("p", { dir: "auto" }, answer.ask.text));
    this.#tools = h("div", { class: "about" });
    this.element = h("div", { class: "asked" }, h("h2", { class: "unseen" }, strings.you), this.#bubble, this.#tools);
    this.branched();
  }

  /** Shows which of the branches this is. */
  branched() {
    const { strings } = this.#host;
    const branches = this.#host.conversation.thread.branches(this.#answer);
    const at = branches.indexOf(this.#answer);
    const go = (to, name, drawing) => iconButton(name, drawing, () => this.#walk(branches[to], name), { "aria-disabled": branches[to] ? null : "true" });
    const walk = branches.length > 1 && h(
      "span",
      { class: "branches", part: "branches", role: "group", "aria-label": strings.branches },
      go(at - 1, strings.branchBefore, icons.back),
      h("span", {}, `${at + 1} / ${branches.length}`),
      go(at + 1, strings.branchAfter, icons.next),
    );
    this.#tools.replaceChildren(...[this.#time(), walk, iconButton(strings.edit, icons.edit, () => this.edit())].filter(Boolean));
  }

  // When it was asked: the time, and the day unless it was today.
  #time() {
    const { at } = this.#answer.ask;
    const today = at.toDateString() === new Date().toDateString();
    const words = new Intl.DateTimeFormat(this.#host.language, { timeStyle: "short", hourCycle: "h23", dateStyle: today ? undefined : "medium" }).format(at);
    return h("time", { datetime: at.toISOString() }, words);
  }

  /** Gives the focus to the button of this name. */
  focus(name) {
    [...this.#tools.querySelectorAll("button")].find((b) => b.ariaLabel === name)?.focus({ preventScroll: true });
  }

  // Goes to another branch, and stays on the same button there.
  #walk(answer, name) {
    if (!answer) return;
    this.#host.conversation.choose(answer);
    answer.focusTool(name);
  }

  /** Puts an input in the question's place. What is sent is a branch beside it. */
  edit() {
    const { strings } = this.#host;
    const { ask } = this.#answer;
    const input = h("textarea", { rows: "1", dir: "auto", "aria-label": strings.edit });
    input.value = ask.text;
    const end = () => {
      form.replaceWith(this.#bubble);
      this.#tools.hidden = false;
    };
    const cancel = () => {
      end();
      this.#tools.lastElementChild.focus();
    };
    const send = () => {
      const text = input.value.trim();
      if (text && this.#host.ask(text, ask.after)) end();
    };
    const form = h(
      "form",
      { class: "question editing" },
      input,
      h("div", { class: "tools" }, h("button", { type: "submit", class: "tool strong" }, strings.send), button({ class: "tool" }, cancel, strings.cancel)),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return; // an input method is at work
      if (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") cancel();
      else send();
    });
    this.#bubble.replaceWith(form);
    this.#tools.hidden = true;
    input.focus();
  }
}
