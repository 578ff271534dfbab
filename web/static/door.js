// The HTTP door beside the socket: conversations and feedback.
// docs/protocol.md says what it answers.

/** A Refused says why the door did not do what it was asked, in words for people. */
export class Refused extends Error {
  constructor(status, { code = "", words = "" } = {}) {
    super(words);
    this.status = status; // 0 where the server was not reached
    this.code = code;
    this.words = words;
  }
}

/** A Door asks one server. Visit is that of a page under another origin, or null. */
export class Door {
  #origin;

  constructor(origin, visit) {
    this.#origin = origin;
    this.visit = visit;
  }

  /** Lists conversations, newest first, or those in which all the words of q stand. */
  list(q, before = "") {
    return this.#call("GET", `/api/conversations?${new URLSearchParams({ q, before })}`);
  }

  /** Returns one conversation with all its turns, which come in parts. */
  async conversation(id) {
    const whole = await this.#call("GET", this.#path(id));
    while (whole.earlier) {
      const part = await this.#call("GET", `${this.#path(id)}?before=${whole.earlier}`);
      whole.turns = [...part.turns, ...whole.turns];
      whole.earlier = part.earlier;
    }
    return whole;
  }

  rename(id, title) {
    return this.#call("PATCH", this.#path(id), { title });
  }

  delete(id) {
    return this.#call("DELETE", this.#path(id));
  }

  /** The address of a conversation as a file, "md" or "json". */
  file(id, format) {
    return `${this.#origin}${this.#path(id)}/export?format=${format}`;
  }

  /** Says what the person thinks of an answer. */
  judge(answer, vote, reason, comment) {
    return this.#call("POST", "/api/feedback", { answer, vote, reason, comment });
  }

  #path(id) {
    return `/api/conversations/${encodeURIComponent(id)}`;
  }

  async #call(method, path, body) {
    let response;
    try {
      response = await fetch(this.#origin + path, {
        method,
        headers: { ...this.visit?.headers, ...(body && { "Content-Type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new Refused(0);
    }
    if (response.status === 204) return null;
    const said = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(response.status, said);
    return said;
  }
}
