// The way in for whoever sees a page under another origin than Bureau's: the
// page's own server says who that is. It is loaded on such a page alone.
// docs/widget.md says what the server has to do.

import { Connection } from "./connection.js";
import { forgetDrafts } from "./drafts.js";

const early = 5; // s before its end a session counts as over
const rest = 6e5; // ms after which a closed panel gives its socket up

/**
 * A Visit is the session of one page. It is in memory alone: what lies in the
 * page's storage is there for every script of the page, also tomorrow. The
 * element has strings, origin, and token or the attribute token-src.
 */
export class Visit {
  #element;
  #secret = "";
  #over = 0; // when it ends, ms
  #coming = null;
  #left = 0; // counts the times that the person has left
  #drafts = new Map();
  words = ""; // why there is no session, for people

  constructor(element) {
    this.#element = element;
    if (!element.token && !element.getAttribute("token-src"))
      console.error("bureau-chat: this page is under another origin than Bureau, so it must say who sees it: set token-src or token (docs/widget.md).");
  }

  /** The session's secret. */
  get secret() {
    return this.#secret;
  }

  /** What a request to Bureau carries. */
  get headers() {
    return { Authorization: `Bearer ${this.#secret}` };
  }

  /** Whether its time has come, so that the page's server is asked again without a word. */
  get over() {
    return Date.now() >= this.#over;
  }

  /** Where drafts are kept. */
  get drafts() {
    const kept = this.#drafts;
    return { getItem: (key) => kept.get(key) || "", setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
  }

  /** Returns the way to the server. */
  connect(url, host) {
    return new VisitConnection(this, url, host);
  }

  /** Begins a session, unless there is one. A page that is not seen waits. */
  begin() {
    if (this.#coming) return this.#coming;
    const coming = this.#begin().finally(() => {
      if (this.#coming === coming) this.#coming = null;
    });
    return (this.#coming = coming);
  }

  /** Forgets the session. */
  drop() {
    this.#secret = "";
  }

  /** Ends the session, here and at Bureau, and clears what is shown. */
  async end(element, chat) {
    const { headers } = this;
    this.#left++; // what is under way is for whoever has left
    this.#coming = null;
    element.close();
    chat.disconnect();
    chat.forget();
    this.drop();
    this.#drafts.clear();
    forgetDrafts();
    await this.#give(headers);
  }

  // Gives a session back.
  #give(headers) {
    const gone = fetch(`${this.#element.origin}/api/visitor`, { method: "DELETE", headers, keepalive: true });
    return gone.catch(() => {}); // it ends by its time then
  }

  /** Looks after a chat: opens the documents that a text links to beside it, for as addresses they would be the page's. */
  guide(root, chat) {
    root.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="/documents/"]');
      if (!link) return;
      event.preventDefault();
      chat.openSource({ url: link.getAttribute("href"), title: link.textContent }, link);
    });
    this.#rest(chat);
  }

  // Gives the socket up of a panel that stays closed. It comes back when the panel is opened.
  #rest(chat) {
    const element = this.#element;
    let timer = 0;
    element.addEventListener("bureau-close", () => (timer = setTimeout(() => chat.disconnect(), rest)));
    element.addEventListener("bureau-open", () => clearTimeout(timer));
  }

  async #begin() {
    if (this.#secret && !this.over) return;
    const left = this.#left;
    while (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    const token = await this.#token();
    const response = await fetch(`${this.#element.origin}/api/visitor`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    const said = await response.json();
    if (left !== this.#left) {
      if (response.ok) this.#give({ Authorization: `Bearer ${said.session}` });
      throw new Error("left");
    }
    if (!response.ok) this.#refuse(response.status, said.words);
    this.#secret = said.session;
    this.#over = Date.now() + (said.seconds - early) * 1000;
  }

  // What the page's server has signed, for this one exchange.
  async #token() {
    const element = this.#element;
    const from = element.getAttribute("token-src");
    if (element.token) return (await this.#own()) || this.#refuse(401);
    if (!from) return this.#refuse(401);
    const response = await fetch(new URL(from, document.baseURI), { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok) this.#refuse(response.status);
    const said = await response.json().catch(() => ({}));
    return said.token || this.#refuse(401);
  }

  // What the page's own function says. Its mistakes are the page's to see.
  async #own() {
    try {
      return await this.#element.token();
    } catch (failed) {
      console.error(failed);
      return "";
    }
  }

  // What is no answer for long is asked again by itself; any other is told.
  #refuse(status, words) {
    this.words = status === 429 || status >= 500 ? "" : words || this.#element.strings.notKnown;
    throw new Error(`status ${status}`);
  }
}

/** A VisitConnection has a session before it has a socket. */
class VisitConnection extends Connection {
  #visit;
  #closed = false;

  constructor(visit, url, host) {
    super(url, { ...host, hello: () => ({ ...host.hello(), session: visit.secret }) });
    this.#visit = visit;
  }

  async open() {
    const visit = this.#visit;
    visit.words = "";
    try {
      await visit.begin();
    } catch {
      if (!this.#closed) super.lost(visit.words ? 4504 : 0);
      return;
    }
    if (!this.#closed) super.open();
  }

  /** A session that has ended by its time is followed by another one; one that was ended is not. */
  lost(code) {
    const { over } = this.#visit;
    if (code === 4501 || code === 4503) this.#visit.drop();
    super.lost(code === 4501 && over ? 0 : code);
  }

  close() {
    this.#closed = true;
    super.close();
  }
}
