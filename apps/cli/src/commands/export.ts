// `ham export FILE --to jax|onnx|safetensors`: a model, or its params, for other programs.
//
// JAX finds the sizes when it runs. An ONNX file has all of them fixed, so when the model leaves
// some open, its data is read as for a run.

import { basename } from "node:path";
import { type EnergyGraph, evaluateScalar, exportJax, exportOnnx, HamError } from "@hamlet/graph";
import { CommandError, EXIT } from "../exit.ts";
import { compileFile } from "../files/compile.ts";
import { type Content, type Output, outputsOf } from "../files/output.ts";
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
        new Option("--to <FORMAT>", "a Python file for JAX, one step as ONNX, or the params")
          .choices(EXPORT_FORMATS)
          .makeOptionMandatory(),
      )
      .option("--recall <NAME>", "jax: add this recall as a function")
      .option("--out <FILE>", "where it goes (default: out/<name>, .py, .onnx or .safetensors)"),
  run: exportModel,
};

const EXPORT_FORMATS = ["jax", "onnx", "safetensors"] as const;

interface ExportFlags extends DataFlags {
  readonly to: (typeof EXPORT_FORMATS)[number];
  readonly seed: number;
  readonly recall?: string;
  readonly out?: string;
}

/** Writes a model for another framework; returns the exit code. */
async function exportModel(path: string, flags: ExportFlags): Promise<number> {
  const { to, recall } = flags;
  if (to !== "jax" && recall !== undefined) {
    const holds =
      to === "onnx" ? "an ONNX file holds one step" : "a file of params holds no formulas";
    throw new CommandError(
      EXIT.usage,
      `${holds}, not a recall. Leave out --recall, or use --to jax.`,
    );
  }
  const target = flags.out ?? `out/${basename(path, ".ham")}${CONTENT[to].endings[0]}`;
  const outputs = outputsOf(target, CONTENT[to]);
  const compilation = await compileFile(path, { ...flags, outputs, trustPlugins: true });
  if (compilation === null) return EXIT.file;
  const { graph } = compilation;
  const content =
    to === "jax"
      ? exportJax(graph, recall === undefined ? {} : { recall })
      : to === "onnx"
        ? await onnxOf(path, graph, { flags, outputs })
        : await paramsOf(path, flags, outputs);
  await writeOrPrint(target, content, WHAT[to]);
  return EXIT.ok;
}

const CONTENT: Readonly<Record<ExportFlags["to"], Content>> = {
  jax: { what: "Python", endings: [".py"] },
  onnx: { what: "ONNX", endings: [".onnx"] },
  safetensors: { what: "safetensors", endings: [".safetensors"] },
};

const WHAT: Readonly<Record<ExportFlags["to"], string>> = {
  jax: "needs JAX and NumPy only; its first lines say how to use it",
  onnx: "one step: states and arrays in; energy, activations and velocities out",
  safetensors: "the params, as they are drawn, read or written: ham run … --params",
};

async function paramsOf(
  path: string,
  flags: ExportFlags,
  outputs: readonly Output[],
): Promise<Uint8Array> {
  using model = await openModel(path, { ...flags, backend: "cpu" }, outputs);
  if (model.graph.tensors.some(({ kind }) => kind === "param")) return model.paramsFile();
  throw new CommandError(EXIT.usage, `${path} has no params to write.`);
}

async function onnxOf(
  path: string,
  graph: EnergyGraph,
  { flags, outputs }: { flags: ExportFlags; outputs: readonly Output[] },
): Promise<Uint8Array> {
  if (sizesKnown(graph)) return exportOnnx(graph);
  using model = await openModel(path, { ...flags, backend: "cpu" }, outputs);
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
