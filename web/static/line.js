// The way to the server: a socket where the address allows one, and its states
// in words.

import { Connection } from "./connection.js";

const local = /^(localhost|127\.0\.0\.1|\[::1\]|.+\.localhost)$/;

/**
 * A Line is the socket of one chat. The host has strings, origin, hello() for
 * the first frame, take(frame), waiting (whether an answer is under way),
 * tell(words, action, act), signedOut(), and visit on a page of another origin.
 */
export class Line {
  #host;
  #connection = null;
  #insecure = false; // the address allows no socket

  constructor(host) {
    this.#host = host;
  }

  /** Whether questions can be sent. */
  get ready() {
    return this.#connection?.state === "ready";
  }

  /** Opens the socket, the first time. */
  open() {
    if (this.#connection) return;
    const { origin, visit } = this.#host;
    const url = new URL("/socket", origin);
    if (url.protocol === "http:" && !local.test(url.hostname)) {
      console.error(`bureau-chat: ${url.origin} is not https, and no question is sent in the clear.`);
      this.#insecure = true;
      this.say();
      return;
    }
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const host = { hello: () => this.#host.hello(), onFrame: (f) => this.#host.take(f), onState: () => this.#changed() };
    this.#connection = visit ? visit.connect(url.href, host) : new Connection(url.href, host);
    this.#connection.open();
  }

  /** Sends a frame, and reports whether there was a socket to send it on. */
  send(frame) {
    return this.#connection?.send(frame) ?? false;
  }

  close() {
    this.#connection?.close();
    this.#connection = null;
  }

  #changed() {
    if (this.#connection.state === "signedOut") this.#host.signedOut();
    this.say();
  }

  /** Says what state the socket is in. */
  say() {
    const { strings, tell, origin, visit } = this.#host;
    const open = () => this.#connection.open();
    const signIn = visit ? open : () => location.assign(new URL("/sign-in", origin));
    switch (this.#connection?.state) {
      case "connecting":
        return tell(strings.connecting);
      case "offline":
        return tell(this.#host.waiting ? strings.offlineAnswer : strings.offline, strings.retry, open);
      case "signedOut":
        return tell(strings.signedOut, strings.signIn, signIn);
      case "noAccess":
        return tell(strings.noAccess, strings.signIn, signIn);
      case "refused":
        return tell(visit.words, strings.retry, open);
      case "outdated":
        return tell(strings.outdated, strings.reload, () => location.reload());
    }
    return tell(this.#insecure ? strings.insecure : "");
  }
}
