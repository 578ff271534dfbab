// The list of a person's conversations: find, open, rename, export, delete.
// It is loaded when it is first shown.

import { button, h, icon, iconButton, icons } from "./dom.js";
import { Entry } from "./entry.js";
import { sheet } from "./style-history.js";

const typing = 250; // ms without a key before a search begins

/**
 * A History is the list. The host has strings, language, door, current (the id
 * that is shown), open(id), fresh(), gone(id), renamed(id, title).
 */
export class History {
  #host;
  #strings;
  #list = h("div", { class: "entries" });
  #said = h("p", { class: "note", role: "status" });
  #entries = [];
  #next = "";
  #asked = 0; // counts, so that only the newest request is shown
  search;
  element;

  constructor(host, root) {
    root.adoptedStyleSheets.push(sheet);
    const { strings } = host;
    this.#host = host;
    this.#strings = strings;
    this.search = h("input", { type: "search", class: "search", "aria-label": strings.search, placeholder: strings.search, autocomplete: "off", dir: "auto" });
    let timer = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.refresh(), typing);
    });
    this.element = h(
      "nav",
      { class: "conversations", "aria-label": strings.conversations },
      h("div", { class: "brand" }, h("slot", { name: "brand" }), iconButton(strings.closeList, icons.close, () => host.hide(), { class: "round shut" })),
      button({ class: "fresh", part: "new" }, () => host.fresh(), icon(icons.add), strings.fresh),
      h("label", { class: "find" }, icon(icons.search), this.search),
      this.#said,
      this.#list,
      h("div", { class: "account" }, h("slot", { name: "account" })),
    );
    this.refresh();
  }

  /** Asks for the list again. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const page = await this.#host.door.list(this.search.value.trim());
      if (asked === this.#asked) this.#show(page, []);
    } catch (refused) {
      if (asked === this.#asked) this.#tell(refused.words || this.#strings.noList, true);
    }
  }

  /** Marks the conversation that is shown. */
  mark() {
    for (const entry of this.#entries) entry.current = entry.id === this.#host.current;
  }

  #tell(words, again) {
    this.#said.replaceChildren(words, again ? button({ class: "plain" }, () => this.refresh(), this.#strings.retry) : "");
  }

  async #more() {
    const asked = ++this.#asked;
    const before = this.#entries;
    const page = await this.#host.door.list(this.search.value.trim(), this.#next).catch(() => null);
    if (page && asked === this.#asked) {
      this.#show(page, before);
      this.#entries[before.length]?.focus();
    }
  }

  #show(page, before) {
    const searched = this.search.value.trim() !== "";
    const busy = before.length === 0 && this.#entries.find((e) => e.busy); // is being renamed or asked about
    if (busy) return;
    const { id: inside, focused } = this.#entries.find((e) => e.focused) || {};
    this.#next = page.next || "";
    this.#entries = [...before, ...page.conversations.map((c) => new Entry(this.#host, c, () => this.#forget(c.id)))];
    this.mark();
    this.#tell(this.#entries.length > 0 ? "" : searched ? this.#strings.noneFound : this.#strings.noneYet);
    this.#list.replaceChildren(...this.#groups(searched), this.#next ? button({ class: "plain" }, () => this.#more(), this.#strings.moreOfThem) : "");
    this.#entries.find((e) => e.id === inside)?.focus(focused);
  }

  // By age; what was searched for is one group.
  #groups(searched) {
    const groups = new Map();
    for (const entry of this.#entries) {
      const age = searched ? this.#strings.foundIn : this.#age(entry.updated);
      if (!groups.has(age)) groups.set(age, []);
      groups.get(age).push(h("li", {}, entry.element));
    }
    return [...groups].map(([name, items]) => h("section", { "aria-label": name }, h("h3", {}, name), h("ul", {}, ...items)));
  }

  #age(updated) {
    const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
    const days = Math.round((day(new Date()) - day(updated)) / 864e5);
    if (days < 1) return this.#strings.today;
    if (days < 2) return this.#strings.yesterday;
    if (days < 8) return this.#strings.week;
    return new Intl.DateTimeFormat(this.#host.language, { month: "long", year: "numeric" }).format(updated);
  }

  #forget(id) {
    const at = this.#entries.findIndex((e) => e.id === id);
    if (at >= 0) this.#entries.splice(at, 1)[0].element.parentElement.remove(); // else the list has come anew
    if (this.#entries.length > 0 && at >= 0) this.#entries[Math.min(at, this.#entries.length - 1)].focus();
    else this.search.focus();
    this.#host.gone(id);
    this.refresh();
  }
}
