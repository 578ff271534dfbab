// A source in its document, beside the conversation, with the passage marked.
// It is loaded when the first one is opened.

import { h, icon, iconButton, icons, leadAway } from "./dom.js";
import { sheet } from "./style-document.js";

/**
 * A DocumentPanel shows one document at a time: the page that the server makes
 * of it, which asks for the reader's rights again. The host has strings,
 * origin, hide(), and visit on a page of another origin, which has no cookie.
 */
export class DocumentPanel {
  #host;
  #asked = 0; // counts, so that only the newest is shown
  #title = h("h2", { tabindex: "-1", dir: "auto" });
  #away;
  #page;
  element;

  constructor(host, root) {
    root.adoptedStyleSheets.push(sheet);
    const { strings } = host;
    this.#host = host;
    this.#away = host.visit ? "" : leadAway(h("a", { class: "round", "aria-label": strings.openAlone, title: strings.openAlone }, icon(icons.away)));
    this.#page = h("div", { class: "leaf", tabindex: "0", role: "group", "aria-label": strings.document });
    this.element = h(
      "section",
      { class: "reader", "aria-label": strings.document },
      h("div", { class: "bar" }, this.#title, this.#away, iconButton(strings.closeDocument, icons.close, () => host.hide())),
      this.#page,
    );
    this.#page.addEventListener("click", (event) => this.#click(event));
  }

  /** What gets the focus when it is opened. */
  get heading() {
    return this.#title;
  }

  /** Shows a source, at its passage. */
  async show(source) {
    const asked = ++this.#asked;
    const { strings, origin } = this.#host;
    const url = new URL(source.url, origin);
    this.#title.textContent = source.title;
    if (this.#away) this.#away.href = url.href;
    this.#page.setAttribute("aria-busy", "true");
    this.#page.replaceChildren(h("p", { class: "note" }, strings.loading));
    const shown = await this.#load(url);
    if (asked !== this.#asked) return;
    this.#page.setAttribute("aria-busy", "false");
    this.#page.replaceChildren(shown);
    const place = this.#page.querySelector(".passage") || (url.hash && this.#page.querySelector(`#${CSS.escape(decodeURIComponent(url.hash.slice(1)))}`));
    this.#page.scrollTop = place ? place.getBoundingClientRect().top - this.#page.getBoundingClientRect().top - this.#page.clientHeight / 5 : 0;
  }

  // The page is the server's own, sanitised there; of it the article is taken.
  async #load(url) {
    const { strings, visit } = this.#host;
    try {
      const response = await (visit ? fetch(`${url.origin}/api${url.pathname}${url.search}`, { headers: visit.headers }) : fetch(url));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const article = page.querySelector("article");
      if (article) return document.importNode(article, true);
      return h("p", { class: "notice" }, page.querySelector(".lead")?.textContent || strings.noDocument);
    } catch {
      return h("p", { class: "notice" }, strings.noDocument);
    }
  }

  // A link inside the document scrolls; any other opens beside the chat.
  #click(event) {
    const link = event.target.closest("a");
    if (!link) return;
    const href = link.getAttribute("href") || "";
    if (!href.startsWith("#")) {
      leadAway(link);
      return;
    }
    event.preventDefault();
    this.#page.querySelector(`#${CSS.escape(decodeURIComponent(href.slice(1)))}`)?.scrollIntoView({ block: "start" });
  }
}
