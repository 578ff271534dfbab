// What a person thinks of an answer: up, or down with a reason.

import { button, h, iconButton, icons } from "./dom.js";

/**
 * A Feedback is the pair of buttons under an answer, and the form that asks
 * why. judge(vote, reason, comment) sends it and may throw a Refused.
 */
export class Feedback {
  #strings;
  #judge;
  #vote = "none";
  #up;
  #down;
  #form = null;
  buttons;
  element = h("div", { class: "why", part: "feedback", hidden: true });

  constructor(strings, judge, before) {
    this.#strings = strings;
    this.#judge = judge;
    this.#up = iconButton(strings.good, icons.up, () => this.#toggle("up"));
    this.#down = iconButton(strings.bad, icons.against, () => this.#toggle("down"));
    this.buttons = h("span", { class: "votes" }, this.#up, this.#down);
    this.#show(before?.vote || "none");
  }

  #show(vote) {
    this.#vote = vote;
    this.#up.setAttribute("aria-pressed", String(vote === "up"));
    this.#down.setAttribute("aria-pressed", String(vote === "down"));
  }

  async #toggle(vote) {
    const now = this.#vote === vote ? "none" : vote;
    if (!(await this.#send(now))) return;
    if (now === "down") this.#ask();
    else this.#say(now === "up" ? this.#strings.thanks : "");
  }

  async #send(vote, reason, comment) {
    const before = this.#vote;
    this.#show(vote);
    try {
      await this.#judge(vote, reason, comment);
      return true;
    } catch (refused) {
      this.#show(before);
      this.#say(refused.words || this.#strings.notSent);
      return false;
    }
  }

  #say(words) {
    this.#form = null;
    this.element.hidden = !words;
    this.element.replaceChildren(words && h("p", { class: "note", role: "status" }, words));
  }

  // The vote is sent already: who closes the form has still been heard.
  #ask() {
    const strings = this.#strings;
    const reasons = Object.entries(strings.reasons).map(([value, words]) =>
      h("label", { class: "pick" }, h("input", { type: "radio", name: "reason", value }), h("span", {}, words)),
    );
    const comment = h("textarea", { rows: "2", maxlength: "2000", "aria-label": strings.comment, placeholder: strings.comment, dir: "auto" });
    this.#form = h(
      "form",
      { class: "reasons" },
      h("fieldset", {}, h("legend", {}, strings.why), ...reasons),
      comment,
      h("div", { class: "tools" }, h("button", { type: "submit", class: "tool strong" }, strings.sendFeedback), button({ class: "tool" }, () => this.#leave(), strings.skip)),
    );
    this.#form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reason = new FormData(this.#form).get("reason") || "";
      if (await this.#send("down", reason, comment.value.trim())) this.#leave(strings.thanks);
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#leave();
    });
    this.element.replaceChildren(this.#form);
    this.element.hidden = false;
    this.#form.querySelector("input").focus({ preventScroll: true });
  }

  #leave(words = "") {
    this.#say(words);
    this.#down.focus({ preventScroll: true });
  }
}
