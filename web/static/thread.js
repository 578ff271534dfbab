// A conversation: a tree, since a question that is edited or asked again stands
// beside the first one. One path of it is shown.

/** A Thread keeps the answers of one conversation, oldest first. */
export class Thread {
  #answers = [];
  #chosen = new Map(); // by the id of the answer above: which of its successors is shown
  #kept; // the server has it
  title = "";

  constructor(id, kept = false) {
    this.id = id;
    this.#kept = kept;
  }

  /** Nothing has been asked in it. */
  get isNew() {
    return !this.#kept && this.#answers.length === 0;
  }

  /** How many answers it has, shown or not. */
  get size() {
    return this.#answers.length;
  }

  /** The answers that are shown, from the first on. */
  get path() {
    const path = [];
    let next = this.#chosen.get("");
    while (next) {
      path.push(next);
      next = next.id && this.#chosen.get(next.id);
    }
    return path;
  }

  /** The answers that have not ended, shown or not. */
  get running() {
    return this.#answers.filter((answer) => !answer.over);
  }

  /** Adds the newest answer and chooses it. */
  add(answer) {
    this.#answers.push(answer);
    this.choose(answer);
  }

  /** Adds an answer that was asked for elsewhere. It is chosen where it goes on with what is shown. */
  join(answer) {
    const follows = answer.ask.after === (this.path.at(-1)?.id || "");
    this.#answers.push(answer);
    if (follows) this.choose(answer);
  }

  /** Takes out an answer that never began. */
  drop(answer) {
    this.#answers = this.#answers.filter((a) => a !== answer);
    const { after } = answer.ask;
    const before = this.#answers.findLast((a) => a.ask.after === after);
    if (before) this.#chosen.set(after, before);
    else this.#chosen.delete(after);
  }

  /** Shows the path that goes through an answer. */
  choose(answer) {
    for (let a = answer; a; a = a.ask.after && this.#answers.find((b) => b.id === a.ask.after)) this.#chosen.set(a.ask.after, a);
  }

  /** Those that follow the same answer as this one, itself among them. */
  branches(answer) {
    return this.#answers.filter((a) => a.ask.after === answer.ask.after);
  }

  /** Finds the answer that a frame is for. */
  find({ answer, id }) {
    return this.#answers.find((a) => (answer && a.id === answer) || (!a.id && id && a.ask.id === id));
  }
}
