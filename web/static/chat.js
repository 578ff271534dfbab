// The chat itself: the socket, the question that is typed, and what comes back.
// conversation.js knows where it stands, and element.js puts it in a page.

import { Answer } from "./answer.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Door } from "./door.js";
import { forgetDrafts } from "./drafts.js";
import { Frame } from "./frame.js";
import { Line } from "./line.js";

/**
 * A Chat is one person's chat. The host is the element: strings, language,
 * origin, mode, wished (departments), emit(name, detail, cancelable),
 * visit (of a page under another origin), place (the conversation of the address), go(place) to another one, settle(place)
 * where the address names none yet, answered() when one is there.
 */
export class Chat {
  #host;
  #line;
  #person = null; // the ready frame
  conversation;
  composer;
  frame;
  strings;
  origin;
  door;

  constructor(host, root) {
    this.#host = host;
    this.strings = host.strings;
    this.origin = host.origin;
    this.door = new Door(host.origin, host.visit);
    this.conversation = new Conversation(this, host);
    this.composer = new Composer({
      send: (text) => this.ask(text),
      stop: () => this.#stop(),
      scroll: (pages) => this.frame.reading.by(pages),
      edit: () => this.#thread.path.at(-1)?.edit(),
      draft: (text) => this.conversation.draft(text),
    }, host.strings);
    this.frame = new Frame(this, root, this.composer.element);
    this.#line = this.#lay();
    this.frame.showStart(this.suggestions);
  }

  // ---- what the element and the parts ask

  get language() {
    return this.#host.language;
  }

  get mode() {
    return this.#host.mode;
  }

  get peek() {
    return this.frame.peek;
  }

  /** Questions that documents of this person answer. */
  get suggestions() {
    return this.#person?.suggestions || [];
  }

  get #thread() {
    return this.conversation.thread;
  }

  get company() {
    return this.#person?.company || this.strings.title;
  }

  /** The title of the conversation; of a new one, the company. */
  get title() {
    return this.#thread.title || this.company;
  }

  /** Whether the server is there. */
  get ready() {
    return this.#line.ready;
  }

  focusInput() {
    this.composer.input.focus({ preventScroll: true });
  }

  /** The page is seen again. */
  returned() {
    this.frame.history?.refresh();
    this.conversation.refresh();
  }

  // ---- what a person does

  /** Asks a question, after the last answer shown unless told otherwise. Reports whether it could be sent. */
  ask(text, after = this.#thread.path.at(-1)?.id || "") {
    const ask = { type: "ask", id: crypto.randomUUID(), text, conversation: this.#thread.id, after, departments: this.composer.departments };
    if (this.conversation.loading || !this.ready || !this.send(ask)) {
      this.composer.text ||= text; // a suggestion that could not be sent
      return false;
    }
    this.conversation.draft(text); // until it is accepted: the page may be left before
    const answer = new Answer(this, { ...ask, at: new Date() });
    this.#thread.add(answer);
    this.conversation.show();
    this.frame.begin(answer);
    this.composer.answering = true;
    this.focusInput();
    this.#host.emit("question");
    return true;
  }

  /** Sends what the person thinks of an answer. */
  async judge(answer, vote, reason, comment) {
    await this.door.judge(answer.id, vote, reason, comment);
    this.#host.emit("feedback", { vote });
  }

  /** Opens a source in its document, unless the page does that itself. */
  openSource(source, from) {
    const url = new URL(source.url, this.origin).href;
    if (this.#host.emit("citation", { title: source.title, url }, true)) this.frame.openDocument(source, from);
  }

  #stop() {
    for (const { id } of this.#thread.running) if (id) this.send({ type: "stop", answer: id });
  }

  // ---- the connection

  #lay() {
    const running = () => this.#thread.running;
    return new Line({
      strings: this.strings,
      origin: this.origin,
      visit: this.door.visit,
      hello: () => this.#hello(),
      take: (frame) => this.#take(frame),
      tell: (...what) => this.frame.tell(...what),
      signedOut: () => this.#host.emit("signed-out"),
      get waiting() {
        return running().length > 0;
      },
    });
  }

  /** Opens the socket, the first time. */
  connect() {
    this.#line.open();
  }

  disconnect() {
    this.#line.close();
  }

  /** Sends a frame, and reports whether there was a socket to send it on. */
  send(frame) {
    return this.#line.send(frame);
  }

  /** Says what state the connection is in. */
  say() {
    this.#line.say();
  }

  // What was being followed is followed from where it was cut.
  #hello() {
    const resume = this.#thread.running.filter((a) => a.id).map((a) => ({ answer: a.id, after: a.seq }));
    return { language: this.language, resume };
  }

  // ---- what the server says

  #take(frame) {
    switch (frame.type) {
      case "ready":
        return this.#begin(frame);
      case "health":
        return this.frame.health(frame);
      case "changed":
        return this.conversation.changed(frame);
      case "noted":
        return undefined;
    }
    const answer = this.#thread.find(frame);
    return answer ? this.#grow(answer, frame) : this.#elsewhere(frame);
  }

  #begin(frame) {
    const before = this.#person;
    if (before && before.person.id !== frame.person.id) { // somebody else has signed in
      forgetDrafts();
      if (!this.door.visit) return location.reload();
      this.forget();
    }
    const first = !this.#person;
    this.#person = frame;
    this.composer.ready(frame, this.#host.wished);
    this.frame.health(frame.health);
    if (first) this.#first(frame);
    else this.#again();
    this.frame.titled();
    if (this.#thread.path.length === 0) this.frame.showStart(this.suggestions);
    return undefined;
  }

  /** Forgets the person, and all that is shown of them. */
  forget() {
    if (this.#person) this.composer.ready({ ...this.#person, departments: [] }, []);
    this.#person = null;
    this.frame.forget();
    this.conversation.forget();
  }

  #first({ person }) {
    this.conversation.begin(person.id, this.#host.place);
    if (this.mode !== "launcher" && document.activeElement === document.body) this.focusInput();
    this.#host.emit("ready");
  }

  // After a cut: questions that were not accepted are asked again, which the
  // server answers once; what has happened elsewhere is fetched.
  #again() {
    for (const { id, ask } of this.#thread.running) if (!id) this.send({ ...ask, at: undefined });
    this.returned();
  }

  #grow(answer, frame) {
    if (frame.type === "failed" && !frame.answer) return this.#refused(answer, frame);
    const ended = answer.over;
    answer.take(frame);
    if (frame.type === "accepted" && (frame.seq === 1 || !frame.place)) this.#accepted(answer); // not a place in line
    this.frame.grown(answer);
    if (answer.over && !ended) this.#over(answer, frame);
    return undefined;
  }

  // Of a conversation that is not shown, or about a frame.
  #elsewhere({ type, answer, id, words }) {
    if (type === "failed" && !answer && !id) this.frame.tell(words);
    if (answer && (type === "done" || type === "failed")) this.frame.history?.refresh();
  }

  #accepted(answer) {
    this.conversation.accepted(answer);
    this.frame.titled();
    this.frame.history?.refresh();
  }

  // A question that was not taken goes back to where it was typed.
  #refused(answer, frame) {
    this.#thread.drop(answer);
    this.composer.answering = this.#thread.running.length > 0;
    this.composer.text ||= answer.ask.text;
    this.conversation.show();
    this.frame.tell(frame.words);
    this.#host.emit("error", { code: frame.code });
  }

  #over(answer, frame) {
    this.composer.answering = this.#thread.running.length > 0;
    this.frame.end(answer);
    this.frame.history?.refresh();
    if (frame.type === "failed") this.#host.emit("error", { code: frame.code });
    else this.#host.answered({ mode: frame.mode, cited: frame.cited.length });
  }
}
