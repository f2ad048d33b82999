// `ham graph FILE`: the picture of a model.

import { basename } from "node:path";
import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { writeFileAtomically } from "../files/write.ts";
import { drawHypergraph } from "../pictures/hypergraph.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham graph`. */
export const command: CommandDefinition = {
  takes: (command) =>
    command
      .argument("<file>")
      .option("--out <FILE.svg>", "where the picture goes (default: out/<name>.svg)"),
  run: graph,
};

/** Draws the hypergraph of a file into an SVG file; returns the exit code. */
async function graph(path: string, { out }: { readonly out?: string }): Promise<number> {
  const compilation = await compileFile(path);
  if (compilation === null) return EXIT.file;
  const target = out ?? `out/${basename(path, ".ham")}.svg`;
  await writeFileAtomically(target, await drawHypergraph(compilation.graph));
  process.stdout.write(`${target}   circles are neurons, squares are energies\n`);
  return EXIT.ok;
}
