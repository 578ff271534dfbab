// One question with its answer: what the server sends for it, shown.

import { h } from "./dom.js";
import { Feedback } from "./feedback.js";
import { Marks } from "./marks.js";
import { Question } from "./question.js";
import { Shelf } from "./sources.js";
import { AnswerTools } from "./tools.js";

/**
 * An Answer shows one question and what the server sends for it. The host is
 * asked for what the answer cannot do itself: strings, origin, door,
 * suggestions, peek (the popover), ask(text, after), openSource(source, from),
 * and the conversation that it is in.
 */
export class Answer {
  #host;
  #question;
  #shelf;
  #marks;
  #blocks;
  #status;
  #body;
  #end;
  #tools;
  element;
  tip = h("div", { class: "tip" }); // the end of what is written; behind it is what can be done with it
  id = ""; // of the answer, once accepted
  seq = 0; // the highest number that came
  over = false;

  constructor(host, ask) {
    this.#host = host;
    this.ask = ask;
    this.#question = new Question(host, this);
    this.element = h("article", { class: "exchange", part: "exchange" });
    this.#empty();
  }

  /** Makes an answer of a turn that the server has kept. */
  static of(host, turn, conversation) {
    const answer = new Answer(host, { id: turn.id, text: turn.question, conversation, after: turn.after, at: new Date(turn.asked) });
    answer.#restore(turn);
    return answer;
  }

  /** Says that the branches beside this answer have changed. */
  branched() {
    this.#question.branched();
  }

  /** Gives the focus to a button of the question. */
  focusTool(name) {
    this.#question.focus(name);
  }

  /** Opens the question for editing. */
  edit() {
    this.#question.edit();
  }

  /** Shows the parts that can only be measured on the screen as they should be. */
  shown() {
    this.#shelf.toMarks();
  }

  /** Takes one frame of this answer. */
  take(frame) {
    const { strings } = this.#host;
    if (frame.type === "accepted" && frame.seq === 1 && this.seq > 0) this.#empty(); // it is told anew
    if (frame.seq > this.seq) this.seq = frame.seq;
    switch (frame.type) {
      case "accepted":
        this.id = frame.answer;
        this.#say(frame.place > 0 ? strings.place(frame.place) : strings.searching);
        break;
      case "stage":
        this.#say(frame.stage === "writing" ? strings.writing(this.#shelf.size) : strings.searching);
        break;
      case "sources":
        this.#shelf.show(frame.sources, strings.sources);
        this.#say(strings.found(frame.sources.length));
        this.#searchedFor(frame.searchedFor);
        break;
      case "citation":
        this.#marks.know(frame);
        break;
      case "delta":
        this.#setBlock(frame.block, frame.html);
        break;
      case "refusal":
        this.#refuse(frame);
        break;
      case "done":
        if (!this.over) this.#finish(frame);
        break;
      case "failed":
        if (!this.over) this.#fail(frame.words, frame.retry);
        break;
    }
  }

  /** What a reader is told once the answer has ended. */
  get spoken() {
    return [...this.#body.children, ...this.element.querySelectorAll(".notice, .refusal p")]
      .map((e) => e.innerText || e.textContent)
      .join("\n")
      .trim();
  }

  // Makes the parts anew, with nothing of an answer in them.
  #empty() {
    const { strings } = this.#host;
    this.seq = 0;
    this.over = false;
    this.#blocks = [];
    this.#shelf = new Shelf(this.#host);
    this.#marks = new Marks(this.#host, this.#shelf);
    this.#status = h("p", { class: "status busy", part: "status" }, strings.waiting);
    this.#body = h("div", { class: "body", part: "answer", "aria-busy": "true" });
    this.#end = h("div", { class: "end" }, this.tip);
    this.#tools = null;
    this.element.replaceChildren(
      this.#question.element,
      h("h3", { class: "unseen" }, strings.assistant),
      this.#shelf.element,
      this.#body,
      this.#status,
      this.#end,
    );
  }

  // A kept turn is what the frames of its answer have left.
  #restore(turn) {
    const { answer, seq = 0 } = turn;
    this.take({ type: "accepted", answer, place: 0 });
    if (turn.state === "hidden") {
      this.#close();
      this.#note(this.#host.strings.hidden);
      return;
    }
    if (turn.sources?.length) this.take({ type: "sources", sources: turn.sources, searchedFor: turn.searchedFor });
    for (const citation of turn.citations || []) this.#marks.know(citation);
    (turn.blocks || []).forEach((html, n) => this.#setBlock(n, html));
    if (turn.refusal) this.take({ type: "refusal", ...turn.refusal });
    if (turn.state === "done") this.#finish({ cited: [], ...turn }, turn.feedback);
    if (turn.state === "failed") this.#fail(turn.words, turn.retry);
    if (turn.state === "running" && turn.blocks?.length) this.#say(this.#host.strings.writing(this.#shelf.size));
    this.seq = seq;
  }

  #say(words) {
    this.#status.textContent = words;
  }

  #note(words) {
    this.tip.before(h("p", { class: "notice", part: "notice" }, words));
  }

  #close() {
    this.over = true;
    this.#status.remove();
    this.#body.setAttribute("aria-busy", "false");
  }

  #searchedFor(query) {
    if (query) this.#shelf.element.before(h("p", { class: "note", dir: "auto" }, this.#host.strings.searchedFor(query)));
  }

  #setBlock(n, html) {
    while (this.#blocks.length <= n) {
      const block = h("div", { class: "block", dir: "auto" });
      this.#blocks.push(block);
      this.#body.append(block);
    }
    this.#marks.replace(this.#blocks[n], html);
  }

  #refuse(frame) {
    const { strings } = this.#host;
    const contacts = frame.ask.map((c) =>
      h("li", {}, c.department, c.address && " · ", c.address && (c.address.includes("@") ? h("a", { href: `mailto:${c.address}` }, c.address) : c.address)),
    );
    const said = h(
      "div",
      { class: "refusal", part: "refusal" },
      h("p", { dir: "auto" }, frame.text),
      contacts.length > 0 && h("h4", {}, strings.askInstead),
      contacts.length > 0 && h("ul", {}, ...contacts),
    );
    this.element.querySelector(".refusal")?.remove(); // told before a cut, and again after it
    this.#body.before(said);
    if (frame.nearest.length > 0) {
      this.#body.before(this.#shelf.element);
      this.#shelf.show(frame.nearest, strings.nearest);
    }
  }

  #finish(frame, feedback) {
    const { strings } = this.#host;
    this.#close();
    if (frame.mode === "quotes") {
      this.element.classList.add("quotes");
      this.#body.before(h("p", { class: "notice", part: "notice" }, strings.quotesOnly));
    }
    if (frame.cited.length > 0) this.#shelf.part(frame.cited);
    if (frame.partial) this.#note(strings.partial);
    if (frame.stopped) this.#note(strings.stopped);
    if (frame.cut) this.#note(strings.cut);
    if (frame.unkept) this.#note(strings.unkept);
    const judged = new Feedback(strings, (...what) => this.#host.judge(this, ...what), feedback);
    this.#tools = new AnswerTools(this.#host, this, frame.markdown || "");
    this.#tools.element.append(judged.buttons);
    this.#end.append(this.#tools.element, judged.element, this.#tools.next(frame));
  }

  #fail(words, retry) {
    this.#close();
    this.#note(words);
    if (retry) this.#end.append(new AnswerTools(this.#host, this, "").element);
  }
}
