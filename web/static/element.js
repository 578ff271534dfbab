// <bureau-chat>: the chat as a custom element. docs/widget.md says how a page
// uses it.

import { Chat } from "./chat.js";
import { h, icon, iconButton, icons } from "./dom.js";
import { forgetDrafts } from "./drafts.js";
import { Keys } from "./keys.js";
import { languageFor, wordsOf } from "./strings.js";
import { sheets } from "./style.js";

const fullScreen = "(max-width: 40rem)"; // where an open launcher fills the screen
const addressed = /^#\/c\/(.+)$/; // a conversation in the address of the page

class BureauChat extends HTMLElement {
  static observedAttributes = ["open"];

  #building = null;
  #chat = null;
  #panel = null; // the dialog of a launcher
  #launcher = null;
  #unread = 0;
  #seen = () => document.visibilityState === "visible" && this.#chat?.returned();
  #moved = () => this.#follow();
  #opener = null; // what had the focus before the panel was opened
  words = this.words || {}; // of the page's own, in place of ours (words-en.js names them)
  strings = null;
  language = "en";
  /** Of a page under another origin than Bureau's. */
  visit = null;

  connectedCallback() {
    this.#building ||= this.#build();
    document.addEventListener("visibilitychange", this.#seen);
    if (this.mode === "page") addEventListener("popstate", this.#moved);
    if (this.mode !== "launcher" || this.hasAttribute("open")) this.open();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("popstate", this.#moved);
    this.#chat?.disconnect();
  }

  attributeChangedCallback(name, before, now) {
    if (name !== "open" || !this.#building || before === now) return;
    if (now === null) this.close();
    else this.open();
  }

  /** "page" is the whole page, "inline" fills its place, "launcher" is a button that opens a panel. */
  get mode() {
    const mode = this.getAttribute("mode");
    return mode === "page" || mode === "inline" ? mode : "launcher";
  }

  /** The address of the server: that of this script, unless src says another. */
  get origin() {
    return new URL(this.getAttribute("src") || import.meta.url, document.baseURI).origin;
  }

  // ---- what a page may call

  /** Opens the panel, and the connection the first time. */
  async open() {
    await this.#building;
    this.#chat.connect();
    if (!this.#panel || this.#panel.open || !this.isConnected) return;
    this.#opener = document.activeElement;
    if (matchMedia(fullScreen).matches) this.#panel.showModal();
    else this.#panel.show();
    this.#unread = 0;
    this.#name();
    this.setAttribute("open", "");
    this.#chat.focusInput();
    this.emit("open");
  }

  /** Closes the panel. Answers go on. */
  close() {
    if (this.#panel?.open) this.#panel.close();
  }

  toggle() {
    if (this.#panel?.open) this.close();
    else this.open();
  }

  /** Shows or hides all of it, the button too. */
  show() {
    this.hidden = false;
  }

  hide() {
    this.close();
    this.hidden = true;
  }

  async focusInput() {
    await this.#building;
    this.#chat.focusInput();
  }

  /** Asks a question, and tells whether it could be sent. */
  async ask(text) {
    await this.open();
    return this.#chat.ask(text);
  }

  /** Ends the session that the page's server has vouched for. */
  async signOut() {
    await this.#building;
    await this.visit?.end(this, this.#chat);
  }

  /** Begins a new conversation. */
  async reset() {
    await this.#building;
    this.#chat.conversation.fresh();
  }

  // ---- what the chat asks

  /** Departments to narrow to at first. */
  get wished() {
    return (this.getAttribute("department") || "").split(/[\s,]+/).filter(Boolean);
  }

  /** The conversation that the page's address names, "" for none. */
  get place() {
    const named = this.mode === "page" && addressed.exec(location.hash);
    try {
      return named ? decodeURIComponent(named[1]) : "";
    } catch {
      return ""; // it was not written by us
    }
  }

  /** Goes to a conversation, so that "back" leads here. */
  go(place) {
    if (this.mode === "page" && place !== this.place) history.pushState(null, "", place ? `#/c/${encodeURIComponent(place)}` : "#/");
  }

  /** Names a conversation in the address that has none yet. */
  settle(place) {
    if (this.mode === "page" && !this.place) history.replaceState(null, "", `#/c/${encodeURIComponent(place)}`);
  }

  /** An answer is there. */
  answered(detail) {
    this.emit("answer", detail);
    if (!this.#panel || this.#panel.open) return;
    this.#unread += 1;
    this.#name();
    this.emit("unread", { count: this.#unread });
  }

  /** Tells the page that something happened, not what was said. */
  emit(name, detail = {}, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(`bureau-${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }

  // ---- building

  async #build() {
    this.language = languageFor(this.getAttribute("lang"), this.closest("[lang]")?.lang, ...navigator.languages);
    this.strings = { ...(await wordsOf(this.language)), ...this.words };
    if (this.origin !== location.origin) this.visit = new (await import("./visitor.js")).Visit(this);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets;
    this.#chat = new Chat(this, root);
    const direction = this.getAttribute("dir") || this.closest("[dir]")?.dir || null;
    const shell = h("div", { class: "shell", lang: this.language, dir: direction });
    if (this.mode === "launcher") shell.append(...this.#launch(this.#chat.frame));
    else shell.append(this.#chat.frame.element);
    root.append(shell);
    this.visit?.guide(root, this.#chat);
    this.#chat.frame.placed();
    root.addEventListener("keydown", new Keys(this.#chat, () => this.close()));
    this.addEventListener("submit", (event) => event.target.matches("[data-sign-out]") && forgetDrafts());
  }

  #launch(frame) {
    const { strings } = this;
    this.#panel = h("dialog", { class: "panel", part: "panel", id: "panel", "aria-label": this.getAttribute("heading") || strings.title }, frame.element);
    frame.addToBar(iconButton(strings.close, icons.close, () => this.close()));
    this.#panel.addEventListener("close", () => {
      if (this.#panel.open) return; // again, before this was told
      this.removeAttribute("open");
      this.#name();
      (this.#launcher.checkVisibility() ? this.#launcher : this.#opener)?.focus();
      this.emit("close");
    });
    this.#panel.addEventListener("cancel", (event) => event.target === this.#panel && event.preventDefault()); // Esc is ours (keys.js)
    this.#launcher = h("button", { type: "button", class: "launcher", part: "launcher", "aria-controls": "panel", "aria-haspopup": "dialog" });
    this.#launcher.addEventListener("click", () => this.toggle());
    this.#name();
    return [this.#launcher, this.#panel];
  }

  // Says on the button what it does, and how many answers wait behind it.
  #name() {
    const { strings } = this;
    const open = this.#panel.open;
    this.#launcher.setAttribute("aria-label", open ? strings.close : this.#unread > 0 ? strings.openUnread(this.#unread) : strings.open);
    this.#launcher.setAttribute("aria-expanded", String(open));
    this.#launcher.replaceChildren(icon(open ? icons.down : icons.chat), !open && this.#unread > 0 ? h("span", { class: "badge", part: "badge", "aria-hidden": "true" }, String(this.#unread)) : "");
  }

  // The reader went back or forward.
  #follow() {
    if (!this.#chat) return;
    if (this.place) this.#chat.conversation.open(this.place);
    else this.#chat.conversation.fresh();
  }
}

if (!customElements.get("bureau-chat")) customElements.define("bureau-chat", BureauChat);
