// `ham graph FILE`: the picture of a model.

import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { outputsOf } from "../files/output.ts";
import { modelName } from "../files/source.ts";
import { writeOrPrint } from "../files/write.ts";
import { drawHypergraph } from "../pictures/hypergraph.ts";
import { type PluginFlags, type RootFlags, withReadingOptions } from "../options.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham graph`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(command.argument("<file>")).option(
      "--out <FILE.svg>",
      "where the picture goes (default: out/<name>.svg)",
    ),
  run: graph,
};

const PICTURE = { what: "a picture", endings: [".svg"] };

/** Draws the hypergraph of a file into an SVG file; returns the exit code. */
async function graph(
  path: string,
  { out, ...flags }: { readonly out?: string } & RootFlags & PluginFlags,
): Promise<number> {
  const target = out ?? `out/${modelName(path)}.svg`;
  const compilation = await compileFile(path, { ...flags, outputs: outputsOf(target, PICTURE) });
  if (compilation === null) return EXIT.file;
  const picture = await drawHypergraph(compilation.graph);
  await writeOrPrint(target, picture, "circles are neurons, squares are energies");
  return EXIT.ok;
}
