// `ham export FILE --to jax|onnx|safetensors`: a model, or its params, for other programs.
//
// JAX finds the sizes when it runs. An ONNX file has all of them fixed but the number of examples, so
// when the model leaves some open, its data is read as for a run.

import {
  type EnergyGraph,
  type Environment,
  evaluateScalar,
  exportJax,
  exportOnnx,
  exportOnnxRecall,
  HamError,
  sizeOfDim,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
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
      : await contentOf(path, graph, { flags, outputs });
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

async function contentOf(
  path: string,
  graph: EnergyGraph,
  { flags, outputs }: { flags: ExportFlags; outputs: readonly Output[] },
): Promise<string | Uint8Array> {
  const { to } = flags;
  const whole = to === "onnx" && flags.recall !== undefined;
  if (flags.params === undefined && !whole && (to === "jax" || sizesKnown(graph))) {
    if (to === "jax") return exportJax(graph, recallNamed(flags));
    const values = constsOf(graph);
    return exportOnnx(graph, { values, batch: true, ...updateOf(graph, { tensors: values }) });
  }
  using model = await openModel(path, { ...flags, backend: "cpu" }, { outputs });
  const { sizes } = model;
  const kinds = [
    "const",
    ...(whole ? ["data"] : []),
    ...(flags.params === undefined ? [] : ["param"]),
  ];
  // A const that a recall moves is given to a step, while a whole recall follows its schedule.
  const moved = whole ? new Set<Tensor>() : scheduledIn(model.graph);
  const entries = new Map(
    model.graph.tensors
      .filter((tensor) => kinds.includes(tensor.kind) && !moved.has(tensor))
      .map((tensor) => [tensor, model.entries(tensor.name)] as const),
  );
  if (to === "jax") return exportJax(model.graph, { ...recallNamed(flags), values: entries });
  const values = new Map([...entries].map(([tensor, { data }]) => [tensor, data]));
  const options = { sizes, values, batch: true };
  if (whole) return exportOnnxRecall(model.graph, model.recallNamed(flags.recall), options);
  return exportOnnx(model.graph, {
    ...options,
    ...updateOf(model.graph, { sizes, tensors: values }),
  });
}

function recallNamed({ recall }: ExportFlags): { recall?: string } {
  return recall === undefined ? {} : { recall };
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

/** The step of the first recall; nothing for a model whose layers jump. */
function updateOf(graph: EnergyGraph, known: Environment) {
  if (graph.neurons.some(({ kind }) => kind === "binary")) return {};
  const dt = graph.recalls.at(0)?.solver.options.get("dt");
  return { update: { dt: dt === undefined ? 0.1 : evaluateScalar(dt, known) } };
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
