// Where a question is written: the line that says what it is answered from,
// the input, Send or Stop, and the counter.

import { h, icon, icons } from "./dom.js";

const growsBySelf = CSS.supports("field-sizing", "content");
const showCountFrom = 0.8; // of the limit

/**
 * A Composer takes questions. The host gets send(text), which reports whether
 * it could, stop(), scroll(pages), edit() of the last question, and
 * draft(text), what is typed and not sent.
 */
export class Composer {
  #host;
  #strings;
  #max = 2000;
  #departments = []; // {id, name}
  #chosen = new Set(); // ids
  #chips;
  #count;
  #button;
  #answering = false;
  input;
  element;

  constructor(host, strings) {
    this.#host = host;
    this.#strings = strings;
    this.input = h("textarea", {
      id: "question", part: "input", rows: "1", dir: "auto", enterkeyhint: "send",
      placeholder: strings.placeholder, "aria-describedby": "count",
    });
    this.#count = h("p", { id: "count", class: "count", "aria-live": "polite" });
    this.#button = h("button", { type: "submit", class: "send", part: "send", "aria-label": strings.send }, icon(icons.send));
    this.#chips = h("div", { class: "chips", part: "scope", role: "group", "aria-label": strings.from });
    this.element = h(
      "form",
      { class: "composer", part: "composer" },
      this.#chips,
      h("div", { class: "box" }, h("label", { for: "question", class: "unseen" }, strings.label), this.input, this.#button),
      this.#count,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#answering) this.#host.stop();
      else this.#send();
    });
    this.input.addEventListener("input", () => {
      this.#changed();
      this.#host.draft(this.input.value);
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Takes what the server said about the person: limits and departments. */
  ready({ maxQuestion, departments }, wished) {
    this.#max = maxQuestion;
    const known = new Set(departments.map((d) => d.id));
    const kept = [...this.#chosen, ...wished].filter((id) => known.has(id));
    this.#departments = departments;
    this.#chosen = new Set(kept.length ? kept : known);
    this.#showChips();
    this.#changed();
  }

  /** Turns Send into Stop and back. The input stays as it is. */
  set answering(on) {
    this.#answering = on;
    this.#button.classList.toggle("stop", on);
    this.#button.setAttribute("aria-label", on ? this.#strings.stop : this.#strings.send);
    this.#button.replaceChildren(icon(on ? icons.stop : icons.send));
    this.#changed();
  }

  get answering() {
    return this.#answering;
  }

  /** The departments to narrow to; none when nothing was taken away. */
  get departments() {
    return this.#chosen.size === this.#departments.length ? [] : [...this.#chosen];
  }

  /** What is typed. */
  get text() {
    return this.input.value;
  }

  set text(text) {
    this.input.value = text;
    this.#changed();
  }

  #send() {
    const text = this.input.value.trim();
    if (!text || this.#over() > 0) return;
    if (this.#host.send(text)) this.text = "";
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!this.#answering) this.#send();
    } else if (event.key === "Escape" && this.#answering) {
      event.stopPropagation();
      this.#host.stop();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      this.#host.edit();
    } else if (!this.input.value && (event.key === "PageUp" || event.key === "PageDown")) {
      event.preventDefault();
      this.#host.scroll(event.key === "PageUp" ? -0.9 : 0.9);
    }
  }

  #over() {
    return [...this.input.value.trim()].length - this.#max;
  }

  #changed() {
    const text = this.input.value;
    if (!growsBySelf) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight}px`;
    }
    const over = this.#over();
    const length = over + this.#max;
    this.input.setAttribute("aria-invalid", String(over > 0));
    this.#count.textContent = over > 0 ? this.#strings.tooLong(over) : length >= this.#max * showCountFrom ? this.#strings.count(length, this.#max) : "";
    this.#button.setAttribute("aria-disabled", String(!this.#answering && (!text.trim() || over > 0)));
  }

  #showChips() {
    const buttons = this.#departments.map(({ id, name }) => {
      const chip = h("button", { type: "button", class: "chip", "aria-pressed": String(this.#chosen.has(id)), title: this.#strings.narrow(name) }, name);
      chip.addEventListener("click", () => {
        if (this.#chosen.has(id) && this.#chosen.size === 1) return; // from nothing there is no answer
        if (!this.#chosen.delete(id)) this.#chosen.add(id);
        chip.setAttribute("aria-pressed", String(this.#chosen.has(id)));
      });
      return chip;
    });
    this.#chips.replaceChildren(h("span", { class: "from", "aria-hidden": "true" }, this.#strings.from), ...buttons);
  }
}
