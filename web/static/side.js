// What stands beside the conversation: a column where there is room, else a
// sheet over it.

import { h } from "./dom.js";

/**
 * A Side holds one panel. As a sheet it is a dialog: what it covers is inert
 * while it is open, and the focus goes in and comes back.
 */
export class Side {
  #covered; // elements under the sheet
  #from = null; // what had the focus before
  #narrow = false;
  #beside = false; // was a column when there was room
  open = false;
  onChange = () => {};

  constructor(name, label, covered) {
    this.element = h("div", { class: `side ${name}`, part: name, id: name, "aria-label": label, hidden: true });
    this.#covered = covered;
  }

  /** Whether there is no room for a column. */
  set narrow(narrow) {
    if (this.#narrow === narrow) return;
    this.#narrow = narrow;
    if (narrow) {
      this.#beside = this.open;
      this.open = false; // what was beside would now be over
    } else if (this.#beside) {
      this.open = true;
    }
    this.#dress();
  }

  get isSheet() {
    return this.#narrow;
  }

  /** Shows it. Unless it is a column that was opened by itself, the focus goes to an element of it. */
  show(focus, from) {
    this.#from = from || this.element.getRootNode().activeElement;
    this.open = true;
    this.#dress();
    focus?.focus({ preventScroll: true });
  }

  /** Hides it, and gives the focus back if it was inside. */
  hide(back = true) {
    const inside = this.element.contains(this.element.getRootNode().activeElement);
    this.open = false;
    this.#dress();
    if (back && inside && this.#from?.isConnected) this.#from.focus({ preventScroll: true });
    this.#from = null;
  }

  #dress() {
    const sheet = this.#narrow && this.open;
    this.element.hidden = !this.open;
    this.element.classList.toggle("sheet", sheet);
    if (sheet) {
      this.element.setAttribute("role", "dialog");
      this.element.setAttribute("aria-modal", "true");
    } else {
      this.element.setAttribute("role", "group");
      this.element.removeAttribute("aria-modal");
    }
    for (const element of this.#covered) element.inert = sheet;
    this.onChange(this.open);
  }
}
