// `ham export FILE --to jax|onnx|safetensors`: a model, or its params, for other programs.
//
// JAX finds the sizes when it runs. An ONNX file has all of them fixed, so when the model leaves
// some open, its data is read as for a run.

import { basename } from "node:path";
import {
  type EnergyGraph,
  type Environment,
  evaluateScalar,
  exportJax,
  exportOnnx,
  HamError,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
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
      .option("--recall <NAME>", "jax: add it as a function; onnx: hold what it clamps")
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
  const target = flags.out ?? `out/${basename(path, ".ham")}${CONTENT[to].endings[0]}`;
  const outputs = outputsOf(target, CONTENT[to]);
  const compilation = await compileFile(path, { ...flags, outputs, trustPlugins: true });
  if (compilation === null) return EXIT.file;
  const { graph } = compilation;
  const content =
    to === "safetensors"
      ? await paramsOf(path, flags, outputs)
      : await contentOf(path, graph, { flags, outputs });
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
  onnx: "one step: states and arrays in; energy, activations, velocities and the next states out",
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

async function contentOf(
  path: string,
  graph: EnergyGraph,
  { flags, outputs }: { flags: ExportFlags; outputs: readonly Output[] },
): Promise<string | Uint8Array> {
  const { to, recall } = flags;
  if (flags.params === undefined && (to === "jax" || sizesKnown(graph))) {
    if (to === "jax") return exportJax(graph, recall === undefined ? {} : { recall });
    const values = constsOf(graph);
    return exportOnnx(graph, { values, ...updateOf(graph, recall, { tensors: values }) });
  }
  using model = await openModel(path, { ...flags, backend: "cpu" }, outputs);
  const { graph: whole, sizes } = model;
  const moved = scheduledIn(whole);
  const kinds = flags.params === undefined ? ["const"] : ["const", "param"];
  const entries = new Map(
    whole.tensors
      .filter((tensor) => kinds.includes(tensor.kind) && !moved.has(tensor))
      .map((tensor) => [tensor, model.entries(tensor.name)] as const),
  );
  if (to === "jax") {
    return exportJax(whole, { ...(recall === undefined ? {} : { recall }), values: entries });
  }
  const values = new Map([...entries].map(([tensor, { data }]) => [tensor, data]));
  return exportOnnx(whole, {
    sizes,
    values,
    ...updateOf(whole, recall, { sizes, tensors: values }),
  });
}

/** Consts that a recall moves: they stay inputs. */
function scheduledIn({ recalls }: EnergyGraph): Set<Tensor> {
  return new Set(recalls.flatMap(({ schedules }) => schedules.map(({ tensor }) => tensor)));
}

/** Consts whose value the file gives. */
function constsOf(graph: EnergyGraph): Map<Tensor, number[]> {
  const values = new Map<Tensor, number[]>();
  const moved = scheduledIn(graph);
  for (const tensor of graph.tensors) {
    if (moved.has(tensor)) continue;
    const { kind, source, axes } = tensor;
    if (kind !== "const" || source?.from !== "value") continue;
    const reads = [...tensorsIn([source.value])];
    if (reads.some((read) => !values.has(read))) continue;
    const count = axes.reduce((total, dim) => total * sizeOfDim(dim), 1);
    const value = evaluateScalar(source.value, { tensors: values });
    values.set(
      tensor,
      Array.from({ length: count }, () => value),
    );
  }
  return values;
}

/** The step of a recall and what it holds; nothing for a model whose layers jump. */
function updateOf(graph: EnergyGraph, name: string | undefined, known: Environment = {}) {
  if (name === undefined && graph.neurons.some(({ kind }) => kind === "binary")) return {};
  const recall = name === undefined ? undefined : graph.recalls.find((each) => each.name === name);
  if (name !== undefined && recall === undefined) {
    const names = graph.recalls.map((each) => each.name).join(", ");
    throw new CommandError(
      EXIT.usage,
      `There is no recall called "${name}". The model has: ${names}.`,
    );
  }
  const dt = (recall ?? graph.recalls.at(0))?.solver.options.get("dt");
  const step = dt === undefined ? 0.1 : evaluateScalar(dt, known);
  return { update: { dt: step, ...(recall === undefined ? {} : { recall }) } };
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
