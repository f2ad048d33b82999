// The model as formulas, typeset: a name that is pointed at says what it is, and lights up in the text.

import { renderToString } from "katex";
import type { Rule } from "../rule.ts";
import { textOf } from "../elements.ts";
import type { MakePanel } from "./panel.ts";

/** What the parts are called. */
const TITLES: Readonly<Record<Rule["rows"][number]["part"], string>> = {
  energy: "Energy",
  activation: "Activations",
  rule: "Update rule",
  shared: "where",
};
/** A formula of more signs is no help on a page. */
const LONGEST = 4000;
/** The name by which the stylesheet knows what is lit up. */
const LIT = "ham-named";

export const makePanel: MakePanel = (box) => {
  box.classList.add("rule");
  let shown = "";
  for (const kind of ["pointerover", "focusin"] as const)
    box.addEventListener(kind, ({ target }) => light(box, nameAt(target)));
  for (const kind of ["pointerleave", "focusout"] as const)
    box.addEventListener(kind, () => light(box, null));
  return {
    show({ found }) {
      const rule = found?.rule;
      box.toggleAttribute("stale", found !== undefined && rule === undefined);
      if (rule === undefined || JSON.stringify(rule) === shown) return;
      shown = JSON.stringify(rule);
      light(box, null);
      box.replaceChildren(...formulasOf(rule), namesOf(rule), certificateOf(rule));
    },
  };
};

function nameAt(target: EventTarget | null): string | null {
  return (target as Element).closest<HTMLElement>("[data-name]")?.dataset.name ?? null;
}

function* formulasOf({ rows, names }: Rule): Generator<HTMLElement> {
  for (const [part, title] of Object.entries(TITLES)) {
    const own = rows.filter((row) => row.part === part);
    if (own.length === 0) continue;
    yield textOf("h3", title);
    const formula = document.createElement("div");
    Object.assign(formula, { className: "formula", tabIndex: 0 });
    formula.setAttribute("role", "group");
    formula.setAttribute("aria-label", title);
    const latex = own.map(({ left, right }) => `${left} &= ${right}`).join(" \\\\\n");
    if (latex.length > LONGEST) formula.textContent = "Too long for a page: see `ham explain`.";
    else formula.innerHTML = typeset(`\\begin{aligned}\n${latex}\n\\end{aligned}`, true);
    for (const symbol of formula.querySelectorAll<HTMLElement>("[data-name]"))
      symbol.title = names.find(({ name }) => name === symbol.dataset.name)?.type ?? "";
    yield formula;
  }
}

/** Every name with what it is: also for fingers and keys. */
function namesOf({ names }: Rule): HTMLElement {
  const list = document.createElement("ul");
  list.className = "names";
  list.setAttribute("aria-label", "What the names are");
  for (const { name, latex, type } of names) {
    const entry = list.appendChild(document.createElement("li"));
    const button = entry.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", innerHTML: typeset(latex, false) });
    button.dataset.name = name;
    button.title = `Show ${name} in the text`;
    entry.append(textOf("code", type));
  }
  return list;
}

function certificateOf({ certificate }: Rule): HTMLElement {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  list.append(
    ...certificate.map((line) => {
      const [, claim, of] = /^(\S+(?: \S+)?) {2,}(.*)$/.exec(line) ?? ["", line, ""];
      const entry = document.createElement("li");
      entry.append(textOf("code", claim), ` ${of}`);
      return entry;
    }),
  );
  box.append(textOf("h3", "Certificate"), list);
  return box;
}

/** What KaTeX makes of LaTeX of our own printer; nobody else's text becomes HTML. */
function typeset(latex: string, displayMode: boolean): string {
  const trust = ({ command }: { command: string }) => command === "\\htmlData";
  return renderToString(latex, { displayMode, trust, strict: false, throwOnError: false });
}

/** Lights up a name in the formulas, in their list, and in the text. */
function light(box: HTMLElement, name: string | null): void {
  for (const symbol of box.querySelectorAll<HTMLElement>("[data-name]"))
    symbol.toggleAttribute("lit", symbol.dataset.name === name);
  // Not every browser has highlights, and without them the list says it all.
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete(LIT);
  const text = box.closest(".ham-play")?.querySelector('[data-part="editor"]');
  if (name === null || !text) return;
  CSS.highlights.set(LIT, new Highlight(...placesOf(text, name)));
}

/** Where a name stands as a word, in the letters of an element. */
function* placesOf(text: Element, name: string): Generator<Range> {
  const letters = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const word = new RegExp(`(?<![\\w.])${name.replaceAll(".", "\\.")}(?!\\w)`, "g");
  while (letters.nextNode() !== null) {
    const node = letters.currentNode as Text;
    for (const { index } of node.data.matchAll(word)) {
      const range = new Range();
      range.setStart(node, index);
      range.setEnd(node, index + name.length);
      yield range;
    }
  }
}
