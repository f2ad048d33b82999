// `ham doc FILE`: a page about a model, from its `///` comments and its declarations.

import type { ast } from "@hamlet/dsl";
import { printText } from "@hamlet/graph";
import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { outputsOf } from "../files/output.ts";
import { modelName } from "../files/source.ts";
import { writeOrPrint } from "../files/write.ts";
import { type PluginFlags, type RootFlags, withReadingOptions } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham doc`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<file>")).option(
      "--out <FILE.md>",
      "where the page goes (default: standard output)",
    ),
  run: doc,
};

/** Sections in the order in which a reader needs them, by the keyword of the declaration. */
const SECTIONS: readonly (readonly [title: string, kinds: readonly ast.Item["kind"][]])[] = [
  ["Sizes", ["dim"]],
  ["Settings", ["const"]],
  ["Data", ["data", "given"]],
  ["Parameters", ["param"]],
  ["Neurons", ["neuron", "part"]],
  ["Definitions", ["let", "lagrangian", "synapse", "use"]],
  ["Energies", ["energy", "connect"]],
  ["Recalls", ["recall"]],
  ["Training", ["train"]],
  ["Tests", ["test", "assert"]],
];

const PAGE = { what: "Markdown", endings: [".md", ".markdown", ".mdx"] };

/** Writes the Markdown of a file to standard output or into a file; returns the exit code. */
async function doc(
  path: string,
  { out = "-", ...flags }: { readonly out?: string } & RootFlags & PluginFlags,
): Promise<number> {
  const compilation = await compileFile(path, { ...flags, outputs: outputsOf(out, PAGE) });
  if (compilation === null) return EXIT.file;
  const { file, source, graph } = compilation;
  const written = (item: ast.Item) => source.text.slice(item.span.start, item.span.end);
  const energies = new Map(graph.terms.map((term) => [term.name, printText(term.energy)]));

  const lines = [`# ${modelName(path)}`, ""];
  if (file.doc !== undefined) lines.push(file.doc.text, "");
  for (const [title, kinds] of SECTIONS) {
    const items = file.items.filter((item) => kinds.includes(item.kind));
    if (items.length === 0) continue;
    lines.push(`## ${title}`, "");
    for (const item of items) {
      if (item.doc !== undefined) lines.push(item.doc.text, "");
      lines.push("```ham", written(item), "```", "");
      const name = item.kind === "energy" ? item.name.text : null;
      const energy = name === null ? undefined : energies.get(name);
      if (energy !== undefined && !written(item).includes(energy)) {
        lines.push(`Written out: \`${energy}\``, "");
      }
    }
  }
  const text = `${lines.join("\n").trimEnd()}\n`;
  await writeOrPrint(out, text);
  return EXIT.ok;
}
