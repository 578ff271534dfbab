// Which conversation is shown, and how it comes and goes: begun, opened, left,
// and kept equal to what the person does on another device.

import { Answer } from "./answer.js";
import { Drafts } from "./drafts.js";
import { Thread } from "./thread.js";

const fresh = "new"; // where drafts of conversations are that have not begun

/**
 * A Conversation is the one that is shown. The chat has door, frame, composer,
 * strings, suggestions, mode, focusInput(), and the connection: ready, whether
 * there is one, send(frame), and say() for its state. The host has go(place) to
 * another conversation, and settle(place) where the address names none yet.
 */
export class Conversation {
  #chat;
  #host;
  #drafts = null;
  #loading = ""; // id of the conversation that is being asked for
  thread = new Thread(crypto.randomUUID());

  constructor(chat, host) {
    this.#chat = chat;
    this.#host = host;
  }

  get id() {
    return this.thread.id;
  }

  /** Whether it is not there yet, so that nothing can be asked in it. */
  get loading() {
    return this.#loading !== "";
  }

  // ---- from one to another

  /** Goes back to where this tab was, the first time that the person is known. */
  begin(person, place) {
    const { composer, door, mode } = this.#chat;
    this.#drafts = new Drafts(person, door.visit?.drafts);
    const last = place || (mode === "page" ? "" : this.#drafts.open);
    if (last) this.open(last);
    else if (!composer.text) composer.text = this.#drafts.get(this.#draftPlace);
  }

  /** Begins a new one. Answers of the one before go on. */
  fresh() {
    this.#leave();
    this.#chat.focusInput();
  }

  /** Shows one of the person's. */
  async open(id, { quiet = false } = {}) {
    const { door, frame, strings } = this.#chat;
    if (!quiet && id === this.id) return;
    if (!quiet) {
      this.#enter(new Thread(id, true));
      this.#host.go(id);
      frame.tell(strings.loading);
    }
    this.#loading = id;
    const kept = await door.conversation(id).catch((refused) => refused);
    if (this.#loading !== id) return; // another one is wanted by now
    this.#loading = "";
    if (kept instanceof Error) this.#missed(id, kept);
    else this.#restore(kept);
  }

  /** Shows another branch. */
  choose(answer) {
    this.thread.choose(answer);
    this.show();
  }

  /** Shows the path of answers as it is now. */
  show() {
    const { frame, suggestions } = this.#chat;
    const { path } = this.thread;
    for (const answer of path) answer.branched();
    frame.showPath(path);
    if (path.length === 0) frame.showStart(suggestions);
    frame.titled();
  }

  /** Forgets whose it was. */
  forget() {
    this.#drafts = null;
    this.#enter(new Thread(crypto.randomUUID()));
  }

  #leave() {
    this.#enter(new Thread(crypto.randomUUID()));
    this.#host.go("");
    this.#remember("");
  }

  // What was typed in the other one stays there.
  #enter(thread) {
    const { composer } = this.#chat;
    this.#loading = "";
    this.thread = thread;
    composer.answering = false;
    composer.text = this.#drafts?.get(this.#draftPlace) || "";
    this.show();
    this.#chat.say();
  }

  #restore(kept) {
    const { composer, frame } = this.#chat;
    const draft = composer.text;
    this.thread = new Thread(kept.id, true);
    this.thread.title = kept.title;
    for (const turn of kept.turns) this.thread.add(Answer.of(this.#chat, turn, kept.id));
    composer.text = draft || this.#drafts?.get(this.#draftPlace) || "";
    this.show();
    this.#chat.say();
    const { path } = this.thread;
    if (path.length > 0) frame.reading.show(path.at(-1).element);
    for (const answer of path) answer.shown();
    this.#follow(this.thread.running);
    this.#remember(kept.id);
  }

  // A conversation that is not there may be one that was never asked in. In one
  // that could not be had nothing is asked until it is there.
  #missed(id, refused) {
    const { frame, strings } = this.#chat;
    if (refused.status === 404) {
      this.fresh();
      frame.tell(strings.noConversation);
    } else {
      this.#loading = id;
      frame.tell(refused.words || strings.noList, strings.retry, () => this.open(id, { quiet: true }));
    }
  }

  // ---- what happens elsewhere

  /** Another device has asked, renamed or deleted. */
  changed({ conversation, answer, deleted }) {
    const { id } = this;
    this.#chat.frame.history?.refresh();
    if (conversation && conversation !== id) return;
    if (deleted) this.gone(id, this.#chat.strings.goneElsewhere);
    else if (!answer || !this.thread.find({ answer })) this.refresh(); // else its frames come here
  }

  /** Adds what there is of the conversation by now. What is shown stays as it is. */
  async refresh() {
    const { id } = this;
    const { door, frame, ready, strings } = this.#chat;
    if (ready && this.loading) return void this.open(this.#loading, { quiet: true }); // it could not be had
    if (!ready || this.thread.isNew) return;
    const kept = await door.conversation(id).catch((refused) => refused);
    if (this.id !== id) return;
    if (kept.status === 404) this.gone(id, strings.goneElsewhere);
    if (!kept.turns) return;
    const joined = kept.turns.filter((t) => !this.thread.find({ answer: t.answer, id: t.id })).map((t) => Answer.of(this.#chat, t, id));
    for (const answer of joined) this.thread.join(answer);
    if (joined.length > 0) this.show();
    for (const answer of joined) {
      if (!answer.element.isConnected) continue; // it is in another branch
      answer.shown();
      frame.grown(answer);
    }
    this.#follow(joined.filter((answer) => !answer.over));
    this.renamed(id, kept.title);
  }

  /** A conversation has been deleted: here, or elsewhere, which is said. What was typed in it is kept. */
  gone(id, words) {
    if (id !== this.id) return;
    const { composer, frame } = this.#chat;
    const typed = composer.text;
    if (words) this.#leave();
    else this.fresh();
    composer.text ||= typed;
    if (words) frame.tell(words);
  }

  /** A conversation has another title. */
  renamed(id, title) {
    if (id !== this.id) return;
    this.thread.title = title;
    this.#chat.frame.titled();
  }

  // Goes on with answers that run.
  #follow(running) {
    this.#chat.composer.answering = this.thread.running.length > 0;
    for (const { id, seq } of running) this.#chat.send({ type: "follow", answer: id, after: seq });
  }

  // ---- drafts

  get #draftPlace() {
    return this.thread.isNew ? fresh : this.thread.id;
  }

  /** Keeps what is typed. */
  draft(text) {
    this.#drafts?.set(this.#draftPlace, text);
  }

  /** A question was accepted: from now on the conversation is there. */
  accepted(answer) {
    const { id } = this;
    if (this.thread.size === 1) this.#drafts.set(fresh, ""); // it has begun here
    this.draft(this.#chat.composer.text);
    this.#host.settle(id);
    this.#remember(id);
    if (!this.thread.title) this.renamed(id, answer.ask.text.slice(0, 80));
  }

  #remember(id) {
    if (this.#drafts) this.#drafts.open = id;
  }
}
