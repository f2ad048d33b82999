// `ham ir FILE`: a compiled model as data, for other programs.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Compilation } from "@hamlet/dsl";
import { toHam } from "@hamlet/dsl/write";
import { certify, modelId, printJson, toJson } from "@hamlet/graph";
import { EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { outputsOf } from "../files/output.ts";
import { writeOrPrint } from "../files/write.ts";
import type { CommandDefinition } from "./command.ts";
import { type PluginFlags, type RootFlags, withReadingOptions, withSetOption } from "../options.ts";

/** `ham ir`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withReadingOptions(withSetOption(command.argument("<file>")))
      .option("--to-ham", "print one flat .ham file instead", false)
      .option("--out <FILE>", "where it goes (default: standard output)"),
  run: ir,
};

interface IrFlags extends RootFlags, PluginFlags {
  readonly set: string[];
  readonly toHam: boolean;
  readonly out?: string;
}

const DATA = { what: "JSON", endings: [".json"] };
const FLAT = { what: "a model", endings: [".ham"] };

/** Prints a model as JSON, or as one flat file; returns the exit code. */
async function ir(path: string, { toHam: asHam, out = "-", ...flags }: IrFlags): Promise<number> {
  const compilation = await compileFile(path, {
    ...flags,
    energies: true,
    outputs: outputsOf(out, asHam ? FLAT : DATA),
  });
  if (compilation === null) return EXIT.file;
  const text = asHam ? toHam(compilation.graph) : jsonOf(compilation);
  await writeOrPrint(out, text);
  return EXIT.ok;
}

function jsonOf({ graph, source }: Compilation): string {
  const sha256 = createHash("sha256").update(source.text).digest("hex");
  return printJson(
    toJson(graph, {
      source: { file: basename(source.name), sha256 },
      modelId: modelId(graph),
      certificate: certify(graph),
    }),
  );
}
