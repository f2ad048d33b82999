// A picture that stands alone in a paragraph becomes a numbered figure: what it shows, what made it, and its
// numbers to load.

import { numbersOf, pictureOf } from "./pictures.ts";

/** A node of a Markdown tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  /** Of an element. */
  readonly name?: string;
  readonly url?: string;
  readonly value?: string;
  children?: Node[];
  data?: { hName?: string; hProperties?: Readonly<Record<string, string>> };
}

/** A plugin of remark. */
export function captioned() {
  return (tree: Node): void => {
    const nodes = tree.children ?? [];
    // Figures of a source have the first numbers of their page.
    let number = nodes.filter(({ name }) => name === "Figure").length;
    for (const node of nodes) {
      const [image, other] = node.children ?? [];
      if (node.type !== "paragraph" || image?.type !== "image" || other !== undefined) continue;
      makeFigure(node, image, ++number);
    }
  };
}

function makeFigure(paragraph: Node, image: Node, number: number): void {
  const { says, command } = pictureOf(image.url!);
  paragraph.data = {
    hName: "figure",
    hProperties: { class: "ham-picture", id: `figure-${number}` },
  };
  const made = [
    text("Drawn by "),
    { type: "inlineCode", value: command },
    text(". "),
    {
      type: "link",
      url: `/data/pictures/${numbersOf(image.url!)}`,
      data: { hProperties: { download: "" } },
      children: [text("Its numbers")],
    },
    text("."),
  ];
  const caption = part("figcaption", [
    part("div", [{ type: "strong", children: [text(`Figure ${number}.`)] }, text(` ${says}`)]),
    part("p", made, { class: "made" }),
  ]);
  // Letters of a drawing keep their size on a phone: the drawing is moved under them.
  const shown = image.url!.endsWith(".svg")
    ? part("div", [image], { class: "scrolls", tabindex: "0", role: "group", "aria-label": says })
    : image;
  paragraph.children = [shown, caption];
}

const text = (value: string): Node => ({ type: "text", value });

const part = (
  hName: string,
  children: Node[],
  hProperties: Readonly<Record<string, string>> = {},
): Node => ({ type: "paragraph", children, data: { hName, hProperties } });
