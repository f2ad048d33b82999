import type { Item, Name, TypeAst } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

/** E0205: the body of a definition sees nothing of the file around it. */
export function notVisibleHere(
  diagnostics: Diagnostics,
  name: Name,
  what: string,
  outside: { readonly name: Name; readonly item: Item | { readonly kind: "formal" } },
): void {
  const { item } = outside;
  const noun = what.replace(/^an? /, "");
  const where = noun === "synapse" ? "connected" : "used";
  const bound = item.kind === "const" && item.type?.bound !== undefined ? boundText(item.type) : "";
  diagnostics.report("E0205", name.span, {
    message: `${what} cannot see names of the file it is written in`,
    label: `\`${name.text}\` is declared in the file, line ${diagnostics.lineOf(outside.name.span)}`,
    ...(item.kind === "const"
      ? {
          help: [
            `add \`const ${name.text}${bound} = 1.0\` to the ${noun} and pass \`${name.text} = ${name.text}\` where it is ${where}`,
          ],
        }
      : {
          help: [
            item.kind === "neuron"
              ? `make it an argument: \`${name.text}: […]\``
              : `add \`param ${name.text}: […]\` to the ${noun} and pass \`${name.text} = ${name.text}\` where it is ${where}`,
          ],
        }),
    why: ["definitions must work unchanged when another file uses them"],
  });
}

function boundText({ element, bound }: TypeAst): string {
  return bound === undefined ? "" : `: ${element?.kind ?? "real"} ${bound.op} ${bound.value}`;
}
