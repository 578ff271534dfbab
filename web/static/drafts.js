// What was typed and not sent, per person and conversation. It lives as long as
// the tab, and ends when the person signs out.

const prefix = "bureau:";

/** Drafts are those of one person. */
export class Drafts {
  #person;

  constructor(person) {
    this.#person = person;
  }

  get(conversation) {
    return sessionStorage.getItem(this.#key(conversation)) || "";
  }

  set(conversation, text) {
    if (text) sessionStorage.setItem(this.#key(conversation), text);
    else sessionStorage.removeItem(this.#key(conversation));
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
