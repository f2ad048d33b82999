// A model for other programs: as Python for JAX, or as an ONNX file.
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
import type { Model } from "./model.ts";

/** What is written of a model, and how it is opened where its data is needed. */
export interface ExportOptions {
  /** The whole recall of that name: in JAX as one more function, in ONNX instead of a step. */
  readonly recall?: string;
  /** Puts the params of the opened model into the file; default false. */
  readonly withParams?: boolean;
  /** Opens the model; it is disposed of. */
  readonly open: () => Promise<Model>;
}

/**
 * Writes a model as `ham export --to jax` or `onnx` does.
 * @throws HamError as `exportJax`, `exportOnnx` and `exportOnnxRecall` of `@hamlet/graph`, and as `open`.
 */
export async function exportAs(
  to: "jax" | "onnx",
  graph: EnergyGraph,
  { recall, withParams = false, open }: ExportOptions,
): Promise<string | Uint8Array> {
  const named = recall === undefined ? {} : { recall };
  const whole = to === "onnx" && recall !== undefined;
  if (!withParams && !whole && (to === "jax" || sizesKnown(graph))) {
    if (to === "jax") return exportJax(graph, named);
    const values = constsOf(graph);
    return exportOnnx(graph, { values, batch: true, ...updateOf(graph, { tensors: values }) });
  }
  using model = await open();
  const { sizes } = model;
  const kinds = ["const", ...(whole ? ["data"] : []), ...(withParams ? ["param"] : [])];
  // A const that a recall moves is given to a step, while a whole recall follows its schedule.
  const moved = whole ? new Set<Tensor>() : scheduledIn(model.graph);
  const entries = new Map(
    model.graph.tensors
      .filter((tensor) => kinds.includes(tensor.kind) && !moved.has(tensor))
      .map((tensor) => [tensor, model.entries(tensor.name)] as const),
  );
  if (to === "jax") return exportJax(model.graph, { ...named, values: entries });
  const values = new Map([...entries].map(([tensor, { data }]) => [tensor, data]));
  const options = { sizes, values, batch: true };
  if (whole) return exportOnnxRecall(model.graph, model.recallNamed(recall), options);
  return exportOnnx(model.graph, {
    ...options,
    ...updateOf(model.graph, { sizes, tensors: values }),
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
