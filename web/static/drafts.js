// What was typed and not sent, per person and conversation. It lives as long as
// the tab, and ends when the person signs out. On a page of another origin the
// text is in memory alone, for the tab's storage is the page's.

const prefix = "bureau:";

/** Drafts are those of one person. */
export class Drafts {
  #person;
  #kept;

  constructor(person, kept = sessionStorage) {
    this.#person = person;
    this.#kept = kept;
  }

  get(conversation) {
    return this.#kept.getItem(this.#key(conversation)) || "";
  }

  set(conversation, text) {
    if (text) this.#kept.setItem(this.#key(conversation), text);
    else this.#kept.removeItem(this.#key(conversation));
  }

  /** The conversation that was open last in this tab, for a chat without an address. */
  get open() {
    return sessionStorage.getItem(`${prefix}open:${this.#person}`) || "";
  }

  set open(conversation) {
    sessionStorage.setItem(`${prefix}open:${this.#person}`, conversation);
  }

  #key(conversation) {
    return `${prefix}draft:${this.#person}:${conversation}`;
  }
}

/** Forgets what everybody has typed in this tab. */
export function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
}
