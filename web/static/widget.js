// <bureau-chat>: the chat as a custom element. docs/widget.md says how a page
// uses it.

import { Answer } from "./answer.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { h, icon, icons } from "./dom.js";
import { Peek } from "./peek.js";
import { languageFor, stringsFor } from "./strings.js";
import { sheet } from "./style.js";

const nearBottom = 64; // px from the end at which the view follows what is new
const fullScreen = "(max-width: 40rem)"; // where an open launcher fills the screen

class BureauChat extends HTMLElement {
  static observedAttributes = ["open"];

  #connection = null;
  #composer;
  #peek;
  #answers = []; // shown, oldest first
  #ready = null; // the ready frame
  #conversation = "";
  #language = "en";
  #log;
  #start;
  #state;
  #newest;
  #speaker;
  #panel = null; // the dialog of a launcher
  #launcher = null;
  strings = stringsFor("en");

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    if (this.mode === "inline" || this.hasAttribute("open")) this.open();
  }

  disconnectedCallback() {
    this.#connection?.close();
    this.#connection = null;
  }

  attributeChangedCallback(name, before, now) {
    if (name !== "open" || !this.shadowRoot || before === now) return;
    if (now === null) this.close();
    else this.open();
  }

  get mode() {
    return this.getAttribute("mode") === "inline" ? "inline" : "launcher";
  }

  /** The address of the server: that of this script, unless src says another. */
  get origin() {
    return new URL(this.getAttribute("src") || import.meta.url, document.baseURI).origin;
  }

  get peek() {
    return this.#peek;
  }

  // ---- what a page may call

  /** Opens the panel, and the connection the first time. */
  open() {
    this.#connect();
    if (!this.#panel || this.#panel.open) return;
    if (matchMedia(fullScreen).matches) this.#panel.showModal();
    else this.#panel.show();
    this.#launcher.setAttribute("aria-expanded", "true");
    this.setAttribute("open", "");
    this.focusInput();
    this.#emit("open");
  }

  /** Closes the panel. Answers go on. */
  close() {
    if (this.#panel?.open) this.#panel.close();
  }

  toggle() {
    if (this.#panel?.open) this.close();
    else this.open();
  }

  focusInput() {
    this.#composer.input.focus({ preventScroll: true });
  }

  /** Asks a question, and reports whether it could be sent. */
  ask(text) {
    this.open();
    return this.#send(text, this.#composer.departments);
  }

  /** Begins a new conversation and empties the view. */
  reset() {
    this.#stop();
    this.#answers = [];
    this.#conversation = crypto.randomUUID();
    this.#peek.hide();
    this.#log.replaceChildren();
    this.#showStart();
    this.#composer.answering = false;
    this.focusInput();
  }

  // ---- what the parts call

  /** Opens a source in its document, unless the page does that itself. */
  openSource(source) {
    const url = new URL(source.url, this.origin).href;
    if (this.#emit("citation", { title: source.title, url }, true)) window.open(url, "_blank", "noopener,noreferrer");
  }

  // ---- building

  #build() {
    this.#language = languageFor(this.getAttribute("lang"), this.closest("[lang]")?.lang, ...navigator.languages);
    this.strings = stringsFor(this.#language);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#peek = new Peek();
    this.#conversation = crypto.randomUUID();
    const chat = this.#chat();
    const direction = this.getAttribute("dir") || this.closest("[dir]")?.dir || null;
    const shell = h("div", { class: "shell", lang: this.#language, dir: direction });
    if (this.mode === "inline") shell.append(h("section", { class: "chat", "aria-label": this.strings.title }, chat, this.#peek.element));
    else shell.append(...this.#launch(chat));
    root.append(shell);
    root.addEventListener("keydown", (event) => this.#key(event));
    this.#showStart();
  }

  #chat() {
    const { strings } = this;
    this.#composer = new Composer({ send: (t, d) => this.#send(t, d), stop: () => this.#stop(), scroll: (p) => this.#scroll(p) }, strings);
    this.#log = h("div", { class: "log", part: "log", role: "log", "aria-live": "off", "aria-label": strings.transcript, tabindex: "0" });
    this.#start = h("div", { class: "start", part: "start" });
    this.#state = h("p", { class: "state", part: "state", role: "status" });
    this.#speaker = h("p", { class: "unseen", role: "status" });
    this.#newest = h("button", { type: "button", class: "newest", part: "newest", hidden: true }, icon(icons.down), strings.newest);
    this.#newest.addEventListener("click", () => this.#toEnd());
    const view = h("div", { class: "view" }, this.#start, this.#log);
    view.addEventListener("scroll", () => {
      this.#peek.hide();
      if (this.#atEnd()) this.#newest.hidden = true;
    }, { passive: true });
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.#log);
    return h("div", { class: "column" }, view, this.#foot());
  }

  #foot() {
    const { strings } = this;
    const keys = strings.keyList.flatMap(([key, does]) => [h("dt", {}, key), h("dd", {}, does)]);
    const fresh = h("button", { type: "button", class: "plain", part: "new", on: { click: () => this.reset() } }, strings.fresh);
    return h(
      "div",
      { class: "foot" },
      this.#newest,
      this.#state,
      this.#composer.element,
      h("div", { class: "under" }, h("p", {}, strings.caution), h("details", { class: "keys" }, h("summary", {}, strings.keys), h("dl", {}, ...keys)), fresh),
      this.#speaker,
    );
  }

  #launch(chat) {
    const { strings } = this;
    const name = this.getAttribute("heading") || strings.title;
    const close = h("button", { type: "button", class: "plain round", "aria-label": strings.close, on: { click: () => this.close() } }, icon(icons.close));
    this.#panel = h(
      "dialog",
      { class: "panel", part: "panel", id: "panel", "aria-label": name },
      h("header", { class: "bar" }, h("slot", { name: "header" }, h("h2", {}, name)), close),
      chat,
      this.#peek.element,
    );
    this.#panel.addEventListener("close", () => {
      this.removeAttribute("open");
      this.#launcher.setAttribute("aria-expanded", "false");
      this.#launcher.focus();
      this.#emit("close");
    });
    this.#launcher = h(
      "button",
      { type: "button", class: "launcher", part: "launcher", "aria-label": strings.open, "aria-expanded": "false", "aria-controls": "panel", "aria-haspopup": "dialog" },
      icon(icons.chat),
    );
    this.#launcher.addEventListener("click", () => this.toggle());
    return [this.#launcher, this.#panel];
  }

  #showStart() {
    const { strings } = this;
    const questions = (this.#ready?.suggestions || []).map((q) =>
      h("li", {}, h("button", { type: "button", class: "suggestion", part: "suggestion", dir: "auto", on: { click: () => this.ask(q) } }, q)),
    );
    this.#start.hidden = this.#answers.length > 0;
    this.#start.replaceChildren(
      h("slot", { name: "start" }, h("h2", {}, strings.hello), h("p", {}, strings.intro)),
      h("div", { class: "suggestions" }, questions.length > 0 && h("h3", {}, strings.suggestions), questions.length > 0 && h("ul", {}, ...questions)),
    );
  }

  // ---- the connection

  #connect() {
    if (this.#connection) return;
    const url = new URL("/socket", this.origin);
    const local = /^(localhost|127\.0\.0\.1|\[::1\]|.+\.localhost)$/.test(url.hostname);
    if (url.protocol === "http:" && !local) {
      console.error(`bureau-chat: ${url.origin} is not https, and no question is sent in the clear.`);
      this.#tell(this.strings.insecure);
      return;
    }
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.#connection = new Connection(url.href, { language: this.#language }, { onFrame: (f) => this.#take(f), onState: (s) => this.#enter(s) });
    this.#connection.open();
  }

  #enter(state) {
    const { strings } = this;
    if (state !== "ready") this.#interrupt();
    switch (state) {
      case "connecting":
        return this.#tell(strings.connecting);
      case "offline":
        return this.#tell(strings.offline, strings.retry, () => this.#connection.open());
      case "signedOut":
        this.#emit("signed-out");
        return this.#tell(strings.signedOut, strings.signIn, () => location.assign(new URL("/sign-in", this.origin)));
      case "noAccess":
        return this.#tell(strings.noAccess, strings.signIn, () => location.assign(new URL("/sign-in", this.origin)));
      case "outdated":
        return this.#tell(strings.outdated, strings.reload, () => location.reload());
    }
    return this.#tell("");
  }

  // A state is one sentence and one action.
  #tell(words, action, act) {
    this.#state.replaceChildren(words, action ? h("button", { type: "button", class: "plain", on: { click: act } }, action) : "");
  }

  #take(frame) {
    if (frame.type === "ready") return this.#begin(frame);
    const answer = this.#answers.find((a) => (frame.answer && a.id === frame.answer) || (!a.id && frame.id && a.ask.id === frame.id));
    if (!answer) {
      if (frame.type === "failed" && frame.code !== "no_answer" && frame.code !== "duplicate") this.#tell(frame.words);
      return undefined;
    }
    const following = this.#atEnd();
    answer.take(frame);
    if (!following) this.#newest.hidden = false;
    else this.#toEnd();
    if (answer.over) this.#over(answer, frame);
    return undefined;
  }

  #begin(frame) {
    this.#ready = frame;
    const wished = (this.getAttribute("department") || "").split(/[\s,]+/).filter(Boolean);
    this.#composer.ready(frame, wished);
    this.#showStart();
    if (this.mode === "inline" && document.activeElement === document.body) this.focusInput();
    this.#emit("ready");
  }

  #over(answer, frame) {
    this.#composer.answering = this.#answers.some((a) => !a.over);
    this.#speaker.textContent = answer.spoken;
    if (frame.type === "failed") this.#emit("error", { code: frame.code });
    else this.#emit("answer", { mode: frame.mode, cited: frame.cited.length });
  }

  #send(text, departments) {
    const ask = { type: "ask", id: crypto.randomUUID(), text, conversation: this.#conversation, departments };
    if (this.#connection?.state !== "ready" || !this.#connection.send(ask)) return false;
    const answer = new Answer(this, ask);
    this.#answers.push(answer);
    this.#start.hidden = true;
    this.#log.append(answer.element);
    this.#composer.answering = true;
    this.#speaker.textContent = this.strings.answering;
    this.#toEnd();
    this.focusInput();
    return true;
  }

  #stop() {
    for (const answer of this.#answers) {
      if (!answer.over && answer.id) this.#connection?.send({ type: "stop", answer: answer.id });
    }
  }

  // Ends what was running when the connection went.
  #interrupt() {
    for (const answer of this.#answers.filter((a) => !a.over)) answer.fail(this.strings.interrupted, true);
    this.#composer.answering = false;
  }

  // ---- the view

  #following = true;

  get #view() {
    return this.#log.parentElement;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#view;
    this.#following = scrollHeight - scrollTop - clientHeight < nearBottom;
    return this.#following;
  }

  #toEnd() {
    this.#view.scrollTop = this.#view.scrollHeight;
    this.#newest.hidden = true;
    this.#following = true;
  }

  #scroll(pages) {
    this.#view.scrollBy({ top: pages * this.#view.clientHeight });
  }

  // Escape closes the innermost thing: the popover, else it leads from the
  // answers back to the question, else it closes the panel.
  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (this.#peek.open) {
      event.preventDefault();
      this.#peek.hide();
    } else if (this.shadowRoot.activeElement !== this.#composer.input) {
      event.preventDefault();
      this.focusInput();
    } else if (this.#panel) {
      this.close();
    }
  }

  // Events tell that something happened, not what was said.
  #emit(name, detail = {}, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(`bureau-${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }
}

if (!customElements.get("bureau-chat")) customElements.define("bureau-chat", BureauChat);
