// Elements of pages, and files that they give.

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

/** Gives bytes to the reader as a file. */
export function download(name: string, bytes: Uint8Array): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  Object.assign(link, { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
