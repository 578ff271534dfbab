// The popover beside a citation: what its source says.

import { h, toMark } from "./dom.js";

const leaveWait = 200; // ms in which a pointer may cross from chip to popover

/** A Peek is the one popover of a chat. */
export class Peek {
  #anchor = null;
  #timer = 0;
  element = h("div", { class: "peek", part: "popover", role: "tooltip", id: "peek", hidden: true });

  constructor() {
    this.element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.element.addEventListener("pointerleave", () => this.#leave());
    addEventListener("resize", () => this.hide()); // it would stand beside nothing
  }

  get open() {
    return this.#anchor !== null;
  }

  /**
   * Shows make() beside the chip while it is pointed at, focused or tapped.
   * Click and Enter call act; a tap shows first, since it cannot hover.
   */
  attach(chip, make, act) {
    let touched = false;
    chip.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.#show(chip, make()));
    chip.addEventListener("pointerleave", () => this.#leave());
    chip.addEventListener("focus", () => this.#show(chip, make()));
    chip.addEventListener("blur", (event) => !this.element.contains(event.relatedTarget) && this.#leave());
    chip.addEventListener("pointerdown", (event) => (touched = event.pointerType === "touch"));
    chip.addEventListener("click", () => {
      if (act && !touched) act();
      else this.#show(chip, make());
      touched = false;
    });
  }

  /** Hides the popover, and forgets what was in it. */
  clear() {
    this.hide();
    this.element.replaceChildren();
  }

  /** Hides the popover. */
  hide() {
    clearTimeout(this.#timer);
    this.#anchor?.removeAttribute("aria-describedby");
    this.#anchor = null;
    this.element.hidden = true;
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), leaveWait);
  }

  #show(chip, content) {
    clearTimeout(this.#timer);
    if (this.#anchor === chip) return;
    this.hide();
    this.#anchor = chip;
    chip.setAttribute("aria-describedby", "peek");
    this.element.replaceChildren(content);
    this.element.hidden = false;
    this.#place(chip.getBoundingClientRect());
    const quote = this.element.querySelector("blockquote");
    if (quote) toMark(quote, quote.clientHeight / 3);
  }

  // Under the chip where there is room, else above it, inside the window.
  #place(chip) {
    const gap = 8;
    const { width, height } = this.element.getBoundingClientRect();
    const below = chip.bottom + gap + height <= innerHeight || chip.top - gap - height < 0;
    const left = Math.max(gap, Math.min(chip.left, innerWidth - width - gap));
    this.element.style.left = `${left}px`;
    this.element.style.top = `${below ? chip.bottom + gap : chip.top - gap - height}px`;
  }
}
