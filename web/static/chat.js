// The chat itself: the conversation that is shown, the socket, the question
// that is typed. element.js puts it in a page.

import { Answer } from "./answer.js";
import { Composer } from "./composer.js";
import { Door } from "./door.js";
import { Drafts, forgetDrafts } from "./drafts.js";
import { h } from "./dom.js";
import { Frame } from "./frame.js";
import { Line } from "./line.js";
import { Thread } from "./thread.js";

const fresh = "new"; // where drafts of conversations are that have not begun

/**
 * A Chat is one person's chat. The host is the element: strings, language,
 * origin, mode, wished (departments), emit(name, detail, cancelable),
 * place (the conversation of the address), go(place) to another one, settle(place)
 * where the address names none yet, answered() when one is there.
 */
export class Chat {
  #host;
  #thread = new Thread(crypto.randomUUID());
  #line;
  #composer;
  #ready = null; // the ready frame
  #drafts = null;
  #loading = ""; // id of the conversation that is being asked for
  frame;
  strings;
  origin;
  door;

  constructor(host, root) {
    this.#host = host;
    this.strings = host.strings;
    this.origin = host.origin;
    this.door = new Door(host.origin);
    this.#composer = new Composer({
      send: (text) => this.ask(text),
      stop: () => this.#stop(),
      scroll: (pages) => this.frame.reading.by(pages),
      edit: () => this.#thread.path.at(-1)?.edit(),
      draft: (text) => this.#drafts?.set(this.#draftPlace, text),
    }, host.strings);
    this.frame = new Frame(this, root, this.#composer.element);
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
    return this.#ready?.suggestions || [];
  }

  /** The id of the conversation that is shown. */
  get current() {
    return this.#thread.id;
  }

  get company() {
    return this.#ready?.company || this.strings.title;
  }

  /** The title of the conversation; of a new one, the company. */
  get title() {
    return this.#thread.title || this.company;
  }

  focusInput() {
    this.#composer.input.focus({ preventScroll: true });
  }

  branchesOf(answer) {
    return this.#thread.branches(answer);
  }

  /** Shows another branch. */
  choose(answer) {
    this.#thread.choose(answer);
    this.#show();
  }

  /** Asks a question, after the last answer shown unless told otherwise. Reports whether it could be sent. */
  ask(text, after = this.#thread.path.at(-1)?.id || "") {
    const ask = { type: "ask", id: crypto.randomUUID(), text, conversation: this.#thread.id, after, departments: this.#composer.departments };
    if (this.#loading || !this.#line.ready || !this.#line.send(ask)) {
      if (!this.#composer.text) this.#composer.text = text; // a suggestion that could not be sent
      return false;
    }
    this.#drafts.set(this.#draftPlace, text); // until it is accepted: the page may be left before
    const answer = new Answer(this, ask);
    this.#thread.add(answer);
    this.#show();
    this.frame.begin(answer);
    this.#composer.answering = true;
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

  /** Begins a new conversation. Answers of the one before go on. */
  fresh() {
    this.#enter(new Thread(crypto.randomUUID()));
    this.#host.go("");
    this.#remember("");
    this.focusInput();
  }

  /** Shows one of the person's conversations. */
  async open(id, { quiet = false } = {}) {
    if (!quiet && id === this.#thread.id) return;
    if (!quiet) {
      this.#enter(new Thread(id, true));
      this.#host.go(id);
      this.frame.tell(this.strings.loading);
    }
    this.#loading = id;
    let kept;
    try {
      kept = await this.door.conversation(id);
    } catch (refused) {
      kept = refused;
    }
    if (this.#loading !== id) return; // another one is wanted by now
    this.#loading = "";
    if (kept instanceof Error) this.#missed(id, kept);
    else this.#restore(kept);
  }

  /** A conversation has been deleted. */
  gone(id) {
    if (id === this.#thread.id) this.fresh();
  }

  /** A conversation has another title. */
  renamed(id, title) {
    if (id !== this.#thread.id) return;
    this.#thread.title = title;
    this.frame.titled();
  }

  // ---- the conversation

  get #draftPlace() {
    return this.#thread.isNew ? fresh : this.#thread.id;
  }

  // Shows a conversation from here on. What was typed in the other one stays there.
  #enter(thread) {
    this.#loading = "";
    this.#thread = thread;
    this.#composer.answering = false;
    this.#composer.text = this.#drafts?.get(this.#draftPlace) || "";
    this.#show();
    this.#line.say();
  }

  #restore(kept) {
    const draft = this.#composer.text;
    const shown = this.#thread.path.length;
    const thread = new Thread(kept.id, true);
    thread.title = kept.title;
    this.#thread = thread;
    for (const turn of kept.turns) thread.add(Answer.of(this, turn, kept.id));
    this.#composer.text = draft || this.#drafts?.get(this.#draftPlace) || "";
    this.#composer.answering = thread.running.length > 0;
    this.#show();
    this.#line.say();
    const last = thread.path.at(-1);
    if (shown === 0 && last) this.frame.reading.show(last.element); // else somebody is reading
    for (const answer of thread.path) answer.shown();
    for (const answer of thread.running) this.#line.send({ type: "follow", answer: answer.id, after: answer.seq });
    this.#remember(kept.id);
  }

  // A conversation that is not there may be one that was never asked in. In one
  // that could not be had nothing is asked until it is there.
  #missed(id, refused) {
    if (refused.status === 404) {
      this.fresh();
      this.frame.tell(this.strings.noConversation);
    } else {
      this.#loading = id;
      this.frame.tell(refused.words || this.strings.noList, this.strings.retry, () => this.open(id, { quiet: true }));
    }
  }

  #show() {
    const { path } = this.#thread;
    for (const answer of path) answer.branched();
    this.frame.showPath(path);
    if (path.length === 0) this.frame.showStart(this.suggestions);
    this.frame.titled();
  }

  #remember(id) {
    if (this.#drafts) this.#drafts.open = id;
  }

  // ---- the connection

  #lay() {
    const running = () => this.#thread.running;
    return new Line({
      strings: this.strings,
      origin: this.origin,
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

  // What was being followed is followed from where it was cut.
  #hello() {
    const resume = this.#thread.running.filter((a) => a.id).map((a) => ({ answer: a.id, after: a.seq }));
    return { language: this.language, resume };
  }

  #take(frame) {
    if (frame.type === "ready") return this.#begin(frame);
    if (frame.type === "noted") return undefined;
    const answer = this.#thread.find(frame);
    if (!answer) {
      if (frame.type === "failed" && !frame.answer && !frame.id) this.frame.tell(frame.words);
      if (frame.answer && (frame.type === "done" || frame.type === "failed")) this.frame.history?.refresh(); // of another conversation
      return undefined;
    }
    if (frame.type === "failed" && !frame.answer) return this.#refused(answer, frame);
    const ended = answer.over;
    answer.take(frame);
    if (frame.type === "accepted") this.#accepted(answer, frame);
    this.frame.grown(answer);
    if (answer.over && !ended) this.#over(answer, frame);
    return undefined;
  }

  #begin(frame) {
    const first = this.#ready === null;
    if (!first && this.#ready.person.id !== frame.person.id) {
      forgetDrafts();
      return location.reload(); // somebody else has signed in
    }
    this.#ready = frame;
    this.#drafts ||= new Drafts(frame.person.id);
    this.#composer.ready(frame, this.#host.wished);
    if (first) this.#first();
    else this.#again();
    this.frame.titled();
    if (this.#thread.path.length === 0) this.frame.showStart(this.suggestions);
    return undefined;
  }

  // The first time: back to where this tab was.
  #first() {
    const place = this.#host.place || (this.mode === "page" ? "" : this.#drafts.open);
    if (place) this.open(place);
    else if (!this.#composer.text) this.#composer.text = this.#drafts.get(this.#draftPlace);
    if (this.mode !== "launcher" && document.activeElement === document.body) this.focusInput();
    this.#host.emit("ready");
  }

  // After a cut: questions that were not accepted are asked again, which the
  // server answers once; what runs here from elsewhere is fetched.
  #again() {
    const pending = this.#thread.running.filter((answer) => !answer.id);
    for (const answer of pending) this.#line.send(answer.ask);
    if (pending.length > 0) return;
    const here = this.#ready.running.filter((r) => r.conversation === this.#thread.id);
    if (here.some((r) => !this.#thread.find(r))) this.open(this.#thread.id, { quiet: true });
  }

  /** The page is seen again: what another device has done is fetched. */
  async returned() {
    this.frame.history?.refresh();
    if (!this.#line.ready || this.#thread.isNew || this.#thread.running.length > 0 || this.#loading) return;
    const { id, size } = this.#thread;
    const kept = await this.door.conversation(id).catch(() => null);
    if (kept && this.#thread.id === id && this.#thread.size === size && kept.turns.length !== size) this.#restore(kept);
  }

  #accepted(answer, frame) {
    if (frame.place > 0 && frame.seq > 1) return; // a place in line
    this.#drafts.set(fresh, "");
    this.#drafts.set(this.#draftPlace, this.#composer.text);
    this.#host.settle(this.#thread.id);
    this.#remember(this.#thread.id);
    if (!this.#thread.title) this.#thread.title = answer.ask.text.slice(0, 80);
    this.frame.titled();
    this.frame.history?.refresh();
  }

  // A question that was not taken goes back to where it was typed.
  #refused(answer, frame) {
    this.#thread.drop(answer);
    this.#composer.answering = this.#thread.running.length > 0;
    if (!this.#composer.text) this.#composer.text = answer.ask.text;
    this.#show();
    this.frame.tell(frame.words);
    this.#host.emit("error", { code: frame.code });
  }

  #over(answer, frame) {
    this.#composer.answering = this.#thread.running.length > 0;
    this.frame.end(answer);
    this.frame.history?.refresh();
    if (frame.type === "failed") this.#host.emit("error", { code: frame.code });
    else this.#host.answered({ mode: frame.mode, cited: frame.cited.length });
  }

  #stop() {
    for (const answer of this.#thread.running) {
      if (answer.id) this.#line.send({ type: "stop", answer: answer.id });
    }
  }
}
