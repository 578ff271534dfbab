// What the chat looks like: the bar, the conversation, the foot, and what
// stands beside them.

import { button, h, icon, iconButton, icons, suggestionList } from "./dom.js";
import { Peek } from "./peek.js";
import { Reading } from "./reading.js";
import { Side } from "./side.js";

const roomForList = 900; // px of the chat's width
const roomForDocument = 1020;
const patience = 600; // ms before a connection that is being made is worth a word

/** A Frame is the tree of elements of one chat. */
export class Frame {
  #chat;
  #root;
  #bar;
  #title;
  #log;
  #start;
  #state;
  #health;
  #timer = 0;
  #speaker;
  #lists; // sides
  #documents;
  #document = null; // the panel, once loaded
  #help = null;
  #shown = false; // has had a size
  history = null; // the list, once loaded
  peek = new Peek();
  reading;
  element;

  constructor(chat, root, composer) {
    const { strings } = chat;
    this.#chat = chat;
    this.#root = root;
    this.#log = h("div", { class: "log", part: "log", role: "log", "aria-live": "off", "aria-label": strings.transcript, tabindex: "0" });
    this.#start = h("div", { class: "start", part: "start" });
    this.#state = h("p", { class: "state", part: "state", role: "status" });
    this.#health = h("p", { class: "state health", part: "health", role: "status" });
    this.#speaker = h("p", { class: "unseen", role: "status" });
    const newest = h("button", { type: "button", class: "newest", part: "newest", hidden: true }, icon(icons.down), strings.newest);
    const view = h("div", { class: "view" }, this.#start, this.#log);
    view.addEventListener("scroll", () => this.peek.hide(), { passive: true });
    this.reading = new Reading(view, newest);
    const foot = h("div", { class: "foot" }, newest, this.#health, this.#state, composer, h("p", { class: "under" }, strings.caution), this.#speaker);
    const column = h("div", { class: "column" }, this.#makeBar(), view, foot);
    this.#lists = new Side("list", strings.conversations, [column]);
    this.#documents = new Side("document", strings.document, [column]);
    this.#lists.onChange = (open) => this.#listChanged(open);
    this.element = h("div", { class: `chat in-${chat.mode}` }, this.#lists.element, column, this.#documents.element, this.peek.element);
    this.element.addEventListener("click", (event) => event.target === this.element && this.closeInner()); // beside a sheet
    new ResizeObserver(([entry]) => this.#fit(entry.contentRect.width)).observe(this.element);
  }

  // ---- what is shown

  /** Shows the answers of a conversation. Those that are shown already stay as they are. */
  showPath(path) {
    const wanted = path.map((answer) => answer.element);
    for (const element of [...this.#log.children]) if (!wanted.includes(element)) element.remove();
    wanted.forEach((element, i) => this.#log.children[i] !== element && this.#log.insertBefore(element, this.#log.children[i] || null));
    this.#start.hidden = path.length > 0;
    this.reading.watch(path.at(-1)?.tip || null);
    this.peek.hide();
  }

  showStart(suggestions) {
    const { strings } = this.#chat;
    this.#start.replaceChildren(
      h("slot", { name: "start" }, h("h2", {}, strings.hello), h("p", {}, strings.intro)),
      h("div", { class: "suggestions" }, ...(suggestions.length > 0 ? [h("h3", {}, strings.suggestions), suggestionList(suggestions, this.#chat)] : [])),
    );
  }

  titled() {
    this.#title.textContent = this.#chat.title;
    if (this.#chat.mode === "page") document.title = [...new Set([this.#chat.title, this.#chat.company])].join(" · ");
    this.element.classList.toggle("untitled", this.#chat.title === this.#chat.company);
    this.history?.mark();
  }

  /** Begins to show an answer. */
  begin(answer) {
    this.#speaker.textContent = this.#chat.strings.answering;
    this.reading.show(answer.element);
  }

  /** Says that an answer that is shown has grown. */
  grown(answer) {
    if (answer.element.isConnected) this.reading.grown();
  }

  /** Reads an answer out that has ended. */
  end(answer) {
    if (answer.element.isConnected) this.#speaker.textContent = answer.spoken;
  }

  /** Says what state the chat is in: a sentence and, at most, one action. */
  tell(words, action, act) {
    clearTimeout(this.#timer);
    const show = () => this.#state.replaceChildren(words, action ? button({ class: "plain" }, act, action) : "");
    if (words === this.#chat.strings.connecting) this.#timer = setTimeout(show, patience);
    else show();
  }

  /** Says what is away before anybody asks, and nothing once it is back. */
  health({ model, embedder }) {
    const away = this.#chat.strings.away;
    this.#health.textContent = model ? (embedder ? "" : away.embedder) : embedder ? away.model : away.both;
  }

  // ---- the bar

  #makeBar() {
    const { strings, mode } = this.#chat;
    this.#title = h(mode === "page" ? "h1" : "h2", { dir: "auto" });
    this.#bar = h(
      "div",
      { class: "bar", part: "bar" },
      iconButton(strings.conversations, icons.list, (event) => this.toggleList(event.currentTarget), { class: "round lists", "aria-expanded": "false", "aria-controls": "list" }),
      mode === "launcher" ? h("slot", { name: "header" }, this.#title) : this.#title,
      button({ class: "round text help-button", "aria-label": strings.keys, title: strings.keys }, () => this.toggleHelp(), "?"),
      iconButton(strings.fresh, icons.add, () => this.#chat.conversation.fresh(), { part: "new", class: "round add" }),
    );
    return this.#bar;
  }

  /** Adds a button at the end of the bar. */
  addToBar(element) {
    this.#bar.append(element);
  }

  // ---- beside the conversation

  /** Says that it stands in the page: what is beside it is there from the first drawing on. */
  placed() {
    this.#fit(this.element.clientWidth);
  }

  #fit(width) {
    if (width === 0) return; // is not shown
    this.#lists.narrow = width < roomForList;
    this.#documents.narrow = width < roomForDocument;
    this.peek.hide();
    if (!this.#lists.isSheet && !this.#lists.open && this.#chat.mode === "page" && !this.#shown) this.showList();
    this.#shown = true;
  }

  #listChanged(open) {
    this.#bar.querySelector(".lists").setAttribute("aria-expanded", String(open));
    this.element.classList.toggle("with-list", open && !this.#lists.isSheet);
  }

  /** Shows the list of conversations. Its place is there before it is loaded, so that nothing moves when it comes. */
  async showList(from, focus) {
    this.peek.hide();
    if (!this.#lists.open) this.#lists.show(null, from);
    if (!this.history) {
      const { History } = await import("./history.js");
      this.history ||= new History(this.#listHost(), this.#root);
      this.#lists.element.append(this.history.element);
    }
    if (focus || this.#lists.isSheet) this.history.search.focus({ preventScroll: true });
  }

  toggleList(from) {
    if (this.#lists.open) this.#lists.hide();
    else {
      this.history?.refresh();
      this.showList(from);
    }
  }

  // What the list may do. A sheet gives way to what was chosen in it.
  #listHost() {
    const chat = this.#chat;
    const away = () => this.#lists.isSheet && this.#lists.hide();
    return {
      strings: chat.strings,
      language: chat.language,
      door: chat.door,
      get current() {
        return chat.conversation.id;
      },
      hide: () => this.#lists.hide(),
      open: (id) => {
        chat.conversation.open(id);
        if (!this.#lists.isSheet) return chat.focusInput();
        away();
        return this.#log.focus({ preventScroll: true }); // and not the input, which would bring up a keyboard
      },
      fresh: () => (away(), chat.conversation.fresh()),
      gone: (id) => chat.conversation.gone(id),
      renamed: (id, title) => chat.conversation.renamed(id, title),
    };
  }

  /** Opens a document at a passage. */
  async openDocument(source, from) {
    this.peek.hide();
    if (!this.#document) {
      const { DocumentPanel } = await import("./document.js");
      this.#document ||= new DocumentPanel({ strings: this.#chat.strings, origin: this.#chat.origin, visit: this.#chat.door.visit, hide: () => this.#documents.hide() }, this.#root);
      this.#documents.element.append(this.#document.element);
    }
    this.#documents.show(this.#document.heading, from);
    await this.#document.show(source);
  }

  /** Forgets what is beside the conversation. */
  forget() {
    this.#speaker.textContent = "";
    this.peek.clear();
    for (const side of [this.#lists, this.#documents]) {
      side.hide();
      side.element.replaceChildren();
    }
    this.history = this.#document = null;
  }

  async toggleHelp() {
    if (!this.#help) {
      const { helpSheet } = await import("./help.js");
      this.#help ||= helpSheet(this.#chat.strings);
      this.element.append(this.#help);
    }
    if (this.#help.open) this.#help.close();
    else this.#help.showModal();
  }

  /** Moves the focus to the answer before or after the one that has it. */
  walk(step) {
    const answers = [...this.#log.children];
    const at = answers.findIndex((a) => a.contains(this.#root.activeElement));
    const to = answers[at < 0 ? answers.length - 1 : Math.max(0, Math.min(answers.length - 1, at + step))];
    if (!to) return;
    to.tabIndex = -1;
    to.focus({ preventScroll: true });
    this.reading.show(to);
  }

  /** Closes what is innermost: the sheet of keys, the popover, a document, the list. Reports whether there was anything. */
  closeInner() {
    if (this.#help?.open) this.#help.close();
    else if (this.peek.open) this.peek.hide();
    else if (this.#documents.open) this.#documents.hide();
    else if (this.#lists.open && this.#lists.isSheet) this.#lists.hide();
    else return false;
    return true;
  }
}
