// `ham export FILE --to jax|onnx|safetensors`: a model, or its params, for other programs.

import { exportAs } from "@hamlet/model/export";
import { CommandError, EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { type Content, type Output, outputsOf } from "../files/output.ts";
import { modelName } from "../files/source.ts";
import { writeOrPrint } from "../files/write.ts";
import { type DataFlags, withDataOptions, withSeedOption } from "../options.ts";
import { openModel } from "../files/open-model.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";

/** `ham export`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withSeedOption(withDataOptions(command.argument("<file>")))
      .addOption(
        new Option("--to <FORMAT>", "a Python file for JAX, an ONNX file, or the params")
          .choices(EXPORT_FORMATS)
          .makeOptionMandatory(),
      )
      .option(
        "--recall <NAME>",
        "the whole recall: jax as one more function, onnx instead of a step",
      )
      .option("--params <FILE.safetensors>", "put the params that a training wrote into the file")
      .option("--out <FILE>", "where it goes (default: out/<name>, .py, .onnx or .safetensors)"),
  run: exportModel,
};

const EXPORT_FORMATS = ["jax", "onnx", "safetensors"] as const;

interface ExportFlags extends DataFlags {
  readonly to: (typeof EXPORT_FORMATS)[number];
  readonly seed: number;
  readonly recall?: string;
  readonly params?: string;
  readonly out?: string;
}

/** Writes a model for another framework; returns the exit code. */
async function exportModel(path: string, flags: ExportFlags): Promise<number> {
  const { to, recall } = flags;
  if (to === "safetensors" && recall !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "a file of params holds no formulas, not a recall. Leave out --recall, or use --to jax.",
    );
  }
  const target = flags.out ?? `out/${modelName(path)}${CONTENT[to].endings[0]}`;
  const outputs = outputsOf(target, CONTENT[to]);
  const compilation = await compileFile(path, { ...flags, outputs, trustPlugins: true });
  if (compilation === null) return EXIT.file;
  const { graph } = compilation;
  const content =
    to === "safetensors"
      ? await paramsOf(path, flags, outputs)
      : await exportAs(to, graph, {
          ...(recall !== undefined && { recall }),
          withParams: flags.params !== undefined,
          open: () => openModel(path, { ...flags, backend: "cpu" }, { outputs }),
        });
  const what = to === "onnx" && recall !== undefined ? WHOLE_RECALL : WHAT[to];
  await writeOrPrint(target, content, what);
  return EXIT.ok;
}

const CONTENT: Readonly<Record<ExportFlags["to"], Content>> = {
  jax: { what: "Python", endings: [".py"] },
  onnx: { what: "ONNX", endings: [".onnx"] },
  safetensors: { what: "safetensors", endings: [".safetensors"] },
};

const WHAT: Readonly<Record<ExportFlags["to"], string>> = {
  jax: "needs JAX and NumPy only; its first lines say how to use it",
  onnx: "one step of any number of examples: states and arrays in; energy, activations, velocities and the next states out",
  safetensors: "the params, as they are drawn, read or written: ham run … --params",
};

const WHOLE_RECALL =
  "the whole recall of any number of examples: givens in; states, activations, energy, steps and converged out";

async function paramsOf(
  path: string,
  flags: ExportFlags,
  outputs: readonly Output[],
): Promise<Uint8Array> {
  using model = await openModel(path, { ...flags, backend: "cpu" }, { outputs });
  if (model.graph.tensors.some(({ kind }) => kind === "param")) return model.paramsFile();
  throw new CommandError(EXIT.usage, `${path} has no params to write.`);
}
