// Below every whole program of a page, a link that opens it where it runs.

import { isSound } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { compileText } from "./play/memory.ts";
import { PRESETS } from "./play/presets.ts";
import { playgroundOf } from "./play/link.ts";

/** A node of a Markdown tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly lang?: string | null;
  readonly value?: string;
  children?: Node[];
  readonly url?: string;
  readonly data?: { readonly hProperties: Readonly<Record<string, string>> };
}

/** The points and the ball that an opened text begins with. */
const [place] = Object.values(PRESETS);

/** A plugin of remark. */
export function openInPlayground() {
  return (tree: Node, { path }: { readonly path: string }): void => {
    // Half of the texts on the pages of messages are wrong, and are meant to be.
    if (!path.includes("/reference/errors/")) addLinks(tree, path);
  };
}

function addLinks(node: Node, path: string): void {
  if (node.children === undefined) return;
  node.children = node.children.flatMap((child) => {
    addLinks(child, path);
    if (!isWhole(child)) return [child];
    assertSound(child.value!, path);
    return [child, linkTo(`${child.value}\n`)];
  });
}

/** A whole program says its version; the rest are lines of one. */
function isWhole({ type, lang, value }: Node): boolean {
  return type === "code" && lang === "ham" && value?.startsWith("ham 1\n") === true;
}

/** A program that does not compile must stop the build. */
function assertSound(text: string, path: string): void {
  const compilation = compileText(text);
  if (isSound(compilation)) return;
  const told = compilation.diagnostics.map((one) => renderDiagnostic(one, compilation.sources));
  throw new Error([`${path} shows a program with a mistake:`, text, ...told].join("\n\n"));
}

function linkTo(text: string): Node {
  const url = playgroundOf({ ...place, text });
  const link: Node = {
    type: "link",
    url,
    data: { hProperties: { "data-scene": "" } },
    children: [{ type: "text", value: "Open it in the playground" }],
  };
  return { type: "paragraph", data: { hProperties: { class: "ham-open" } }, children: [link] };
}
