// One question with its answer: the bubble, the sources, the words, the end.

import { h, toMark } from "./dom.js";

/**
 * An Answer shows one question and what the server sends for it. The host is
 * asked for what the answer cannot do itself:
 * host.strings, host.peek (the popover), host.ask(text), host.follow().
 */
export class Answer {
  #host;
  #sources = new Map(); // by number
  #cards = new Map(); // elements, by number
  #sentences = new Map(); // citation frames, by sentence
  #blocks = [];
  #titled = new Set(); // numbers whose title stands behind a sentence already
  #status;
  #shelf;
  #body;
  #end;
  #markdown = "";
  element;
  id = ""; // of the answer, once accepted
  over = false;

  constructor(host, ask) {
    const { strings } = host;
    this.#host = host;
    this.ask = ask;
    this.#status = h("p", { class: "status busy", part: "status" }, strings.waiting);
    this.#shelf = h("div", { class: "shelf", part: "sources", hidden: true });
    this.#body = h("div", { class: "body", part: "answer", "aria-busy": "true", dir: "auto" });
    this.#end = h("div", { class: "end" });
    this.element = h(
      "article",
      { class: "exchange", part: "exchange" },
      h("div", { class: "question", part: "question" }, h("h3", { class: "unseen" }, strings.you), h("p", { dir: "auto" }, ask.text)),
      h("h3", { class: "unseen" }, strings.assistant),
      this.#shelf,
      this.#body,
      this.#status,
      this.#end,
    );
  }

  /** Takes one frame of this answer. */
  take(frame) {
    const { strings } = this.#host;
    switch (frame.type) {
      case "accepted":
        this.id = frame.answer;
        this.#say(frame.place > 0 ? strings.place(frame.place) : strings.searching);
        break;
      case "stage":
        this.#say(frame.stage === "writing" ? strings.writing(this.#sources.size) : strings.searching);
        break;
      case "sources":
        this.#showSources(frame.sources, strings.sources);
        this.#say(strings.found(frame.sources.length));
        if (frame.searchedFor) this.#shelf.before(h("p", { class: "note" }, strings.searchedFor(frame.searchedFor)));
        break;
      case "citation":
        this.#sentences.set(String(frame.sentence), frame);
        break;
      case "delta":
        this.#setBlock(frame.block, frame.html);
        break;
      case "refusal":
        this.#refuse(frame);
        break;
      case "done":
        this.#finish(frame);
        break;
      case "failed":
        this.fail(frame.words, frame.retry);
        break;
    }
  }

  /** Ends the answer with a sentence and, where it helps, a way to ask again. */
  fail(words, retry) {
    this.#close();
    const tools = retry ? [this.#again()] : [];
    this.#end.append(h("p", { class: "notice", part: "notice" }, words), h("div", { class: "tools" }, ...tools));
  }

  /** What a reader is told once the answer has ended. */
  get spoken() {
    return [...this.#body.children, ...this.#end.querySelectorAll(".notice, .refusal p")]
      .map((e) => e.innerText || e.textContent)
      .join("\n")
      .trim();
  }

  #say(words) {
    this.#status.textContent = words;
  }

  #close() {
    this.over = true;
    this.#status.remove();
    this.#body.setAttribute("aria-busy", "false");
  }

  // The HTML is the server's own rendering, sanitised there to a short list of
  // elements without scripts, images or foreign links (render.go, cite.go).
  #setBlock(n, html) {
    while (this.#blocks.length <= n) {
      const block = h("div", { class: "block" });
      this.#blocks.push(block);
      this.#body.append(block);
    }
    const block = this.#blocks[n];
    for (const chip of block.querySelectorAll(".cite[data-titled]")) this.#titled.delete(chip.dataset.n);
    block.innerHTML = html;
    for (const link of block.querySelectorAll("a")) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    block.querySelectorAll(".cite").forEach((chip) => this.#dressCite(chip));
    block.querySelectorAll(".doubt").forEach((chip) => this.#dressDoubt(chip));
  }

  #dressCite(chip) {
    const { strings, peek } = this.#host;
    const source = this.#sources.get(Number(chip.dataset.n));
    if (!source) return;
    const section = source.path.at(-1) || source.title;
    chip.part = "citation";
    chip.setAttribute("aria-label", strings.source(source.n, [source.title, ...source.path].join(" › ")));
    if (!this.#titled.has(chip.dataset.n)) {
      this.#titled.add(chip.dataset.n);
      chip.dataset.titled = "";
      chip.append(h("span", { class: "where" }, section));
    }
    const note = chip.dataset.support === "weak" ? strings.weak : "";
    peek.attach(chip, () => this.#quote(source, note), () => this.#host.openSource(source));
  }

  #dressDoubt(chip) {
    const { strings, peek } = this.#host;
    const known = this.#sentences.get(chip.dataset.sentence);
    const words = known?.support === "none" || !known?.unverified ? strings.doubt : strings.unverified(known.unverified.join(", "));
    chip.setAttribute("aria-label", words);
    peek.attach(chip, () => h("p", {}, words));
  }

  // What the popover of a citation shows.
  #quote(source, note) {
    const { strings } = this.#host;
    const quote = h("blockquote", { lang: source.language || null, dir: "auto" });
    quote.innerHTML = source.quote; // sanitised by the server (quote.go)
    return h(
      "div",
      {},
      h("p", { class: "title" }, source.title),
      this.#place(source),
      quote,
      note && h("p", { class: "note" }, note),
      h("a", { href: source.url, target: "_blank", rel: "noopener noreferrer", class: "open" }, strings.openSource),
    );
  }

  #place(source) {
    const parts = [source.path.join(" › "), source.departments.map((d) => d.name).join(", ")].filter(Boolean);
    const date = source.updated && h("time", { datetime: source.updated }, source.updated);
    if (!parts.length && !date) return null;
    return h("p", { class: "place" }, parts.join(" · "), parts.length > 0 && date && " · ", date);
  }

  #showSources(found, label) {
    for (const source of found) {
      this.#sources.set(source.n, source);
      this.#cards.set(source.n, this.#card(source));
    }
    this.#shelf.replaceChildren(this.#group(label, found.map((s) => s.n)));
    this.#shelf.hidden = found.length === 0;
    this.#toMarks();
  }

  #group(label, numbers) {
    const items = numbers.map((n) => h("li", {}, this.#cards.get(n)));
    return h("section", { class: "group" }, h("h4", {}, label), h("ol", { class: "cards" }, ...items));
  }

  #card(source) {
    const { strings } = this.#host;
    const quote = h("div", { class: "quote", lang: source.language || null, dir: "auto" });
    quote.innerHTML = source.quote; // sanitised by the server (quote.go)
    const title = h("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, source.title);
    title.addEventListener("click", (event) => {
      event.preventDefault();
      this.#host.openSource(source);
    });
    const more = h("button", { type: "button", class: "more", "aria-expanded": "false" }, strings.more);
    const card = h(
      "div",
      { class: "card", part: "source" },
      h("p", { class: "title" }, h("span", { class: "n", "aria-hidden": "true" }, String(source.n)), title),
      this.#place(source),
      quote,
      more,
    );
    more.addEventListener("click", () => {
      const open = card.classList.toggle("wide");
      more.setAttribute("aria-expanded", String(open));
      more.textContent = open ? strings.less : strings.more;
    });
    return card;
  }

  #refuse(frame) {
    const { strings } = this.#host;
    const contacts = frame.ask.map((c) =>
      h("li", {}, c.department, c.address && " · ", c.address && (c.address.includes("@") ? h("a", { href: `mailto:${c.address}` }, c.address) : c.address)),
    );
    this.#body.before(
      h(
        "div",
        { class: "refusal", part: "refusal" },
        h("p", { dir: "auto" }, frame.text),
        contacts.length > 0 && h("h4", {}, strings.askInstead),
        contacts.length > 0 && h("ul", {}, ...contacts),
      ),
    );
    if (frame.nearest.length > 0) {
      this.#body.before(this.#shelf);
      this.#showSources(frame.nearest, strings.nearest);
    }
  }

  #finish(frame) {
    const { strings } = this.#host;
    this.#markdown = frame.markdown;
    this.#close();
    if (frame.mode === "quotes") {
      this.element.classList.add("quotes");
      this.#body.before(h("p", { class: "notice", part: "notice" }, strings.quotesOnly));
    }
    if (frame.cited.length > 0) this.#partSources(frame.cited);
    if (frame.partial) this.#end.append(h("p", { class: "notice", part: "notice" }, strings.partial));
    if (frame.stopped || frame.cut) {
      this.#end.append(h("p", { class: "notice", part: "notice" }, frame.stopped ? strings.stopped : strings.cut));
    }
    this.#end.append(h("div", { class: "tools" }, this.#copy(), frame.stopped && this.#again()));
  }

  // Puts the sources that were used apart from the others. Both stand in one
  // row, so that nothing below moves.
  #partSources(cited) {
    const { strings } = this.#host;
    const others = [...this.#sources.keys()].filter((n) => !cited.includes(n));
    this.#shelf.replaceChildren(this.#group(strings.used, cited.filter((n) => this.#cards.has(n))));
    if (others.length > 0) {
      const also = this.#group(strings.also, others);
      also.classList.add("also");
      this.#shelf.append(also);
    }
    this.#toMarks();
  }

  // A card shows a few lines: those with the question's words.
  #toMarks() {
    for (const card of this.#cards.values()) toMark(card.querySelector(".quote"), 0);
  }

  #again() {
    return h("button", { type: "button", class: "tool", on: { click: () => this.#host.ask(this.ask.text) } }, this.#host.strings.again);
  }

  #copy() {
    const { strings } = this.#host;
    const button = h("button", { type: "button", class: "tool" }, strings.copy);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(this.#markdown.replaceAll("](/documents/", `](${this.#host.origin}/documents/`));
        button.textContent = strings.copied;
      } catch {
        button.textContent = strings.notCopied; // the page's owner forbids the clipboard
      }
      setTimeout(() => (button.textContent = strings.copy), 2000);
    });
    return button;
  }
}
