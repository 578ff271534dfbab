// The sheet that tells the keys of the chat (keys.js). It is loaded when it is
// first opened.

import { h, iconButton, icons } from "./dom.js";

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
const chord = (key) => (mac ? `⌘ ${key}` : `Ctrl + ${key}`);

/** The keys, each with the name of the words that say what it does. */
const keys = [
  ["Enter", "keySend"],
  ["Shift + Enter", "keyLine"],
  ["Esc", "keyEscape"],
  ["↑", "keyEdit"],
  ["Page Up / Page Down", "keyPage"],
  ["Alt + ↑ / ↓", "keyWalk"],
  [chord("K"), "keyFind"],
  [chord("Shift + O"), "keyFresh"],
  [`? / ${chord("/")}`, "keyHelp"],
];

/** Makes the sheet of keys, a dialog. */
export function helpSheet(strings) {
  const lines = keys.flatMap(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, strings[does])]);
  const dialog = h(
    "dialog",
    { class: "help", part: "help", "aria-labelledby": "help-title" },
    h("div", { class: "bar" }, h("h2", { id: "help-title" }, strings.keys), iconButton(strings.closeHelp, icons.close, () => dialog.close())),
    h("dl", {}, ...lines),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
  return dialog;
}
