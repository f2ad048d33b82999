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
  for (const [k, part] of text.split(/`([^`]+)`/).entries()) {
    // Emphasis of whole words is all that stars are there for.
    if (k % 2 === 0) line.append(part.replaceAll("*", ""));
    else line.appendChild(document.createElement("code")).textContent = part;
  }
  return line;
}
