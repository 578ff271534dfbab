// Small tools over the DOM. Text only ever becomes text nodes; the one place
// that takes HTML is rendered(), with what the server has sanitised.

/**
 * Makes an element. Props are attributes, but for `on`, an object of
 * listeners; null and false leave an attribute out, true sets it empty.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes a button. */
export function button(props, click, ...children) {
  return h("button", { type: "button", ...props, on: { click } }, ...children);
}

/** Makes a button that is a drawing with a name. */
export function iconButton(name, drawing, click, props = {}) {
  return button({ class: "round", "aria-label": name, title: name, ...props }, click, icon(drawing));
}

/** Makes a list of questions that are asked when they are chosen. */
export function suggestionList(questions, chat) {
  return h("ul", {}, ...questions.map((q) => h("li", {}, button({ class: "suggestion", part: "suggestion", dir: "auto" }, () => chat.ask(q), q))));
}

/** Makes an icon from the path of a 20 x 20 drawing, hidden from readers. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg.namespaceURI, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/**
 * Fills an element with HTML that the server rendered and sanitised, to a short
 * list of elements without scripts, images or foreign links (render.go). Its
 * headings are under those of the chat.
 */
export function rendered(element, html) {
  return fill(element, html, (heading) => heading.setAttribute("aria-level", "4"));
}

/** Fills an element with a quote. Its headings are headings of its document, and none of the chat. */
export function quoted(element, html) {
  return fill(element, html, (heading) => heading.setAttribute("role", "none"));
}

function fill(element, html, mend) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a")) leadAway(link);
  for (const heading of element.querySelectorAll("h1, h2, h3, h4, h5, h6")) mend(heading);
  return element;
}

/** Makes a link open beside the chat and not in its place. */
export function leadAway(link) {
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

/** Scrolls a box until the question's first word in it is in its upper half, with some px above it. */
export function toMark(box, above) {
  const mark = box.querySelector("mark");
  const below = mark ? mark.getBoundingClientRect().top - box.getBoundingClientRect().top : 0;
  if (below > box.clientHeight / 2) box.scrollTop += below - above;
}

/** The drawings of the buttons. */
export const icons = {
  send: "M10 16V4.5M5 9l5-5 5 5",
  stop: "M6 6h8v8H6z",
  close: "M5 5l10 10M15 5L5 15",
  chat: "M4 5h12v9H9l-4 3v-3H4z",
  down: "M10 4v11.5M5 11l5 5 5-5",
  list: "M3.5 5.5h13M3.5 10h13M3.5 14.5h8",
  add: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M13 13l4 4",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  edit: "M4 16l1-4 8-8 3 3-8 8zM11.5 5.5l3 3",
  back: "M12 5l-5 5 5 5",
  next: "M8 5l5 5-5 5",
  up: "M7 16.5V9l3-6c1.5 0 2 1 1.7 2.5L11.3 8H16l-1.5 8.5zM3.5 9H7v7.5H3.5z",
  against: "M7 3.5V11l3 6c1.5 0 2-1 1.7-2.5L11.3 12H16l-1.5-8.5zM3.5 11H7V3.5H3.5z",
  away: "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
};
