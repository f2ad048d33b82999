// What the server says of a name, as elements: paragraphs, code between backticks, fenced blocks. Its
// texts hold no more Markdown than that, and nothing of them becomes HTML.

/** A box with the text. */
export function prose(markdown: string): HTMLElement {
  const box = document.createElement("div");
  for (const [k, part] of markdown.split(/^```\w*\n([^]*?)\n```$/m).entries()) {
    if (k % 2 === 1) {
      box.appendChild(document.createElement("pre")).textContent = part;
      continue;
    }
    for (const paragraph of part.split(/\n{2,}/)) {
      if (paragraph.trim() !== "") box.append(lineOf(paragraph.trim()));
    }
  }
  return box;
}

function lineOf(text: string): HTMLElement {
  const line = document.createElement("p");
  // Emphasis of whole words is all that stars outside of code are there for.
  line.append(
    ...withCode(text).map((part) => (typeof part === "string" ? part.replaceAll("*", "") : part)),
  );
  return line;
}

/** A text in parts: what stands between backticks is code. */
export function withCode(text: string): (string | HTMLElement)[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, k) =>
      k % 2 === 0 ? part : Object.assign(document.createElement("code"), { textContent: part }),
    );
}
