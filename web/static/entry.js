// One conversation in the list, and what can be done with it.

import { button, h, iconButton, icons } from "./dom.js";

// Fetches a file and has the browser keep it.
async function saveFile(address, name, headers) {
  const response = await fetch(address, { headers });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const href = URL.createObjectURL(await response.blob());
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/** An Entry is one line of the list. forget is called when it is deleted. */
export class Entry {
  #host;
  #forget;
  #link;
  #menu = null;
  element = h("div", { class: "entry" });

  constructor(host, conversation, forget) {
    this.#host = host;
    this.#forget = forget;
    this.id = conversation.id;
    this.title = conversation.title;
    this.updated = new Date(conversation.updated);
    const { running, found } = conversation;
    this.#link = h(
      "a",
      { href: `#/c/${encodeURIComponent(this.id)}`, dir: "auto" },
      h("span", { class: "name" }, this.title),
      running && h("span", { class: "running" }, h("span", { class: "unseen" }, host.strings.stillWritten)),
      found && found.in !== "title" && h("span", { class: "found" }, found.text),
    );
    this.#link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own is wanted
      event.preventDefault();
      host.open(this.id);
    });
    this.#show();
  }

  /** Whether this is the conversation that is shown. */
  set current(current) {
    if (current) this.#link.setAttribute("aria-current", "page");
    else this.#link.removeAttribute("aria-current");
  }

  /** Whether something is being done with it, so that it must stay. */
  get busy() {
    return this.#menu !== null || !this.#link.isConnected;
  }

  /** Which of its controls has the focus: "link", "dots", or "" for neither. */
  get focused() {
    const focus = this.element.getRootNode().activeElement;
    return this.element.contains(focus) ? (focus === this.#link ? "link" : "dots") : "";
  }

  focus(control = "link") {
    (control === "link" ? this.#link : this.element.querySelector(".dots")).focus({ preventScroll: true });
  }

  #show(focus) {
    const { strings } = this.#host;
    this.#menu = null;
    const dots = iconButton(strings.actions(this.title), icons.more, () => (this.#menu ? this.#close() : this.#open(dots)), { class: "round dots", "aria-expanded": "false" });
    this.element.replaceChildren(this.#link, dots);
    if (focus) dots.focus();
  }

  #open(dots) {
    const { strings, door } = this.#host;
    // A link brings a cookie and no other right, so that a page without one fetches the file.
    const save = (format) => saveFile(door.file(this.id, format), `${this.title}.${format}`, door.visit.headers).catch(() => this.#close(true));
    const link = (format, name) => h("a", { class: "do", href: door.file(this.id, format), download: true }, name);
    const file = (format, name) => h("li", {}, door.visit ? button({ class: "do" }, () => save(format), name) : link(format, name));
    const act = (name, does) => h("li", {}, button({ class: "do" }, does, name));
    this.#menu = h(
      "ul",
      { class: "menu", "aria-label": strings.actions(this.title) },
      act(strings.rename, () => this.#rename()),
      file("md", strings.exportText),
      file("json", strings.exportJson),
      act(strings.remove, () => this.#ask()),
    );
    dots.setAttribute("aria-expanded", "true");
    this.element.append(this.#menu);
    this.element.onkeydown = (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.#close(true);
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const items = [...this.#menu.querySelectorAll(".do")];
        const at = items.indexOf(this.element.getRootNode().activeElement) + (event.key === "ArrowDown" ? 1 : -1);
        items.at(at % items.length).focus();
      }
    };
    this.element.onfocusout = (event) => event.relatedTarget && !this.element.contains(event.relatedTarget) && this.#close();
    this.#menu.querySelector(".do").focus();
    this.#menu.scrollIntoView({ block: "nearest" });
  }

  #close(focus) {
    this.element.onkeydown = this.element.onfocusout = null;
    this.#show(focus);
  }

  #rename() {
    const { strings, door } = this.#host;
    const input = h("input", { class: "rename", "aria-label": strings.rename, maxlength: "200", dir: "auto" });
    input.value = this.title;
    const form = h("form", { class: "renaming" }, input, h("button", { type: "submit", class: "plain" }, strings.save));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const title = input.value.trim();
      if (title && title !== this.title) {
        const renamed = await door.rename(this.id, title).catch(() => null);
        if (!renamed) return input.setAttribute("aria-invalid", "true");
        this.title = renamed.title;
        this.#link.querySelector(".name").textContent = this.title;
        this.#host.renamed(this.id, this.title);
      }
      return this.#close(true);
    });
    this.#replace(form);
    input.select();
  }

  // It is gone for good, so it is asked once.
  #ask() {
    const { strings, door } = this.#host;
    const said = h("p", {}, strings.removeAsk(this.title));
    const remove = button({ class: "plain danger" }, async () => {
      try {
        await door.delete(this.id);
        this.#forget();
      } catch (refused) {
        if (refused.status === 404) this.#forget(); // somebody was quicker
        else said.textContent = refused.words || strings.notSent;
      }
    }, strings.remove);
    const keep = button({ class: "plain" }, () => this.#close(true), strings.keep);
    this.#replace(h("div", { class: "asking", role: "group", "aria-label": strings.remove }, said, h("div", { class: "tools" }, remove, keep)));
    keep.focus();
  }

  #replace(element) {
    this.#menu = null;
    this.element.onfocusout = null;
    this.element.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#close(true);
    };
    this.element.replaceChildren(element);
    element.querySelector("input, button")?.focus();
  }
}
