// The keys of the chat. help.js tells them.

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Keys listen in one chat, so that the page around it keeps its own. */
export class Keys {
  #chat;
  #leave;

  constructor(chat, leave) {
    this.#chat = chat;
    this.#leave = leave;
  }

  handleEvent(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = event.target.matches("textarea, input");
    const act = event.key === "Escape" ? () => this.#escape(typing) : this.#act(this.#wish(event, typing));
    if (!act) return;
    event.preventDefault();
    act();
  }

  // What a key asks for.
  #wish(event, typing) {
    const command = mac ? event.metaKey : event.ctrlKey;
    const key = event.key.toLowerCase();
    if (command) return event.shiftKey ? { o: "fresh" }[key] : { k: "find", "/": "help" }[key];
    if (event.altKey) return { arrowup: "before", arrowdown: "after" }[key];
    return key === "?" && !typing ? "help" : undefined;
  }

  #act(wish) {
    const { frame } = this.#chat;
    return {
      help: () => frame.toggleHelp(),
      find: () => frame.showList(null, true),
      fresh: () => this.#chat.conversation.fresh(),
      before: () => frame.walk(-1),
      after: () => frame.walk(1),
    }[wish];
  }

  // Escape closes the innermost thing: the popover, a sheet; it leads from the
  // answers back to the question; and closes the panel from there.
  #escape(typing) {
    if (this.#chat.frame.closeInner()) return;
    if (!typing) this.#chat.focusInput();
    else this.#leave();
  }
}
