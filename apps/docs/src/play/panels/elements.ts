// Elements that several panels have.

/** An element with a text. */
export function textOf(tag: string, text: string): HTMLElement {
  return Object.assign(document.createElement(tag), { textContent: text });
}

/** A button that does something. */
export function button(name: string, act: () => void): HTMLButtonElement {
  const made = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: name,
  });
  made.addEventListener("click", act);
  return made;
}
