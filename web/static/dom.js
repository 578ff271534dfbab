// Small tools over the DOM. Text only ever becomes text nodes; the one place
// that takes HTML is setBlock in answer.js, with what the server sanitised.

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
};
