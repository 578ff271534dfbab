// Where the reader is. What is written never moves what is being read: a new
// question comes to the top, its answer grows under it, and a button leads to
// what has come below.

const spaceUnder = 24; // px between the end of the text and the view's

/** A Reading is the scroll of one view. */
export class Reading {
  #view;
  #button;
  #tip = null; // element at the end of what is being written
  #below = false; // the tip is under the view
  #unseen = false; // text has come that was not in view
  #following = false; // the reader went to the end and stays there
  #eye;

  constructor(view, button) {
    this.#view = view;
    this.#button = button;
    button.addEventListener("click", () => this.follow());
    this.#eye = new IntersectionObserver((seen) => this.#see(seen.at(-1)), { root: view });
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) view.addEventListener(type, () => (this.#following = false), { passive: true });
  }

  /** Brings an element to the top and stays there. */
  show(element) {
    this.#following = false;
    this.#unseen = false;
    this.#offer();
    const space = parseFloat(getComputedStyle(element.parentElement).paddingBlockStart);
    this.#view.scrollTop += element.getBoundingClientRect().top - this.#view.getBoundingClientRect().top - space;
  }

  /** Watches the end of what is being written; null for none. */
  watch(tip) {
    if (this.#tip) this.#eye.unobserve(this.#tip);
    this.#tip = tip;
    this.#below = this.#unseen = false;
    this.#offer();
    if (tip) this.#eye.observe(tip);
  }

  /** Says that there is more text. */
  grown() {
    if (this.#following) {
      this.#toTip();
      return;
    }
    this.#unseen = true;
    this.#offer();
  }

  /** Goes to the end and stays there until the reader moves. */
  follow() {
    this.#following = true;
    this.#unseen = false;
    this.#offer();
    this.#toTip();
  }

  /** Scrolls by a part of the view. */
  by(pages) {
    this.#following = false;
    this.#view.scrollBy({ top: pages * this.#view.clientHeight });
  }

  #see(entry) {
    this.#below = !entry.isIntersecting && entry.boundingClientRect.top > (entry.rootBounds?.bottom ?? 0) - 1;
    if (!this.#below) this.#unseen = false;
    this.#offer();
  }

  #offer() {
    this.#button.hidden = !(this.#below && this.#unseen);
  }

  #toTip() {
    if (!this.#tip) return;
    // With what stands behind it; and not by scrollIntoView, which moves the page
    // around the chat as well.
    const below = this.#tip.parentElement.getBoundingClientRect().bottom - this.#view.getBoundingClientRect().bottom;
    this.#view.scrollTop += below + spaceUnder;
  }
}
