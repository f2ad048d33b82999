// `ham export FILE --to jax|onnx`: a model for other frameworks.
//
// JAX finds the sizes when it runs. An ONNX file has all of them fixed, so when the model leaves
// some open, its data is read as for a run.

import { basename } from "node:path";
import { type EnergyGraph, evaluateScalar, exportJax, exportOnnx, HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { type Content, type Output, outputsOf } from "../files/output.ts";
import { writeOrPrint } from "../files/write.ts";
import { type DataFlags, withDataOptions } from "../options.ts";
import { openModel } from "../files/open-model.ts";
import { Option } from "commander";
import type { CommandDefinition } from "./command.ts";

/** `ham export`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withDataOptions(command.argument("<file>"))
      .addOption(
        new Option("--to <FORMAT>", "a Python file for JAX, or one step as ONNX")
          .choices(EXPORT_FORMATS)
          .makeOptionMandatory(),
      )
      .option("--recall <NAME>", "jax: add this recall as a function")
      .option("--out <FILE>", "where it goes (default: out/<name>.py or out/<name>.onnx)"),
  run: exportModel,
};

const EXPORT_FORMATS = ["jax", "onnx"] as const;

interface ExportFlags extends DataFlags {
  readonly to: (typeof EXPORT_FORMATS)[number];
  readonly recall?: string;
  readonly out?: string;
}

/** Writes a model for another framework; returns the exit code. */
async function exportModel(path: string, flags: ExportFlags): Promise<number> {
  const { to, recall } = flags;
  if (to === "onnx" && recall !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "an ONNX file holds one step, not a recall. Leave out --recall, or use --to jax.",
    );
  }
  const target = flags.out ?? `out/${basename(path, ".ham")}.${to === "jax" ? "py" : "onnx"}`;
  const outputs = outputsOf(target, CONTENT[to]);
  const compilation = await compileFile(path, { ...flags, outputs, trustPlugins: true });
  if (compilation === null) return EXIT.file;
  const { graph } = compilation;
  const content =
    to === "jax"
      ? exportJax(graph, recall === undefined ? {} : { recall })
      : await onnxOf(path, graph, { flags, outputs });
  await writeOrPrint(target, content, WHAT[to]);
  return EXIT.ok;
}

const CONTENT: Readonly<Record<ExportFlags["to"], Content>> = {
  jax: { what: "Python", endings: [".py"] },
  onnx: { what: "ONNX", endings: [".onnx"] },
};

const WHAT: Readonly<Record<ExportFlags["to"], string>> = {
  jax: "needs JAX and NumPy only; its first lines say how to use it",
  onnx: "one step: states and arrays in; energy, activations and velocities out",
};

async function onnxOf(
  path: string,
  graph: EnergyGraph,
  { flags, outputs }: { flags: DataFlags; outputs: readonly Output[] },
): Promise<Uint8Array> {
  if (sizesKnown(graph)) return exportOnnx(graph);
  using model = await openModel(path, { ...flags, seed: 0, backend: "cpu" }, outputs);
  return exportOnnx(model.graph, { sizes: model.sizes });
}

function sizesKnown({ dims }: EnergyGraph): boolean {
  return dims.every(({ size }) => {
    if (size === null) return false;
    try {
      return evaluateScalar(size) > 0;
    } catch (error) {
      if (HamError.isInstance(error)) return false;
      throw error;
    }
  });
}
