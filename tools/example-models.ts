// The examples of the repository as small models with entries for everything, and what the float64
// interpreter says of them.
//
// Entries are multiples of 1/64 from a fixed key, so that they are exact in float32 and short. What
// is computed keeps ten digits: the last bits of `exp` differ between engines.

import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { compilePath } from "../apps/cli/src/files/compile.ts";
import { foldIn, type Key, key, normal } from "../packages/core/src/index.ts";
import { isSound } from "../packages/dsl/src/index.ts";
import { renderDiagnostic } from "../packages/dsl/src/diagnostics/frame.ts";
import {
  type EnergyGraph,
  evaluate,
  evaluateScalar,
  inStates,
  type NumberArray,
  printJson,
  sizeOfDim,
  type Tensor,
  toJson,
  totalEnergy,
  velocities,
} from "../packages/graph/src/index.ts";
import {
  EXAMPLE_STEPS,
  type ExampleFile,
  type ExampleModel,
  exampleTensors,
  readExample,
} from "../packages/testing/src/index.ts";

const ROOT = join(import.meta.dirname, "..");
const BATCH = 2;

/** How an example is made small, and what its numbers should be like. */
interface Shrinking {
  /** Overrides of sizes and consts, as `ham run --set` takes them. */
  readonly set?: readonly string[];
  /** The deviation of entries that are drawn, by name; default 0.5. */
  readonly scale?: Readonly<Record<string, number>>;
  /** The length of a step; default: of the first recall, or 0.1 where that is no Euler. */
  readonly dt?: number;
}

const SHRINKING: Readonly<Record<string, Shrinking>> = {
  "01-hopfield": { set: ["K=2", "H=6", "W=6"] },
  // A test of the file speaks of the eighth icon.
  "02-dense-polynomial": { set: ["K=8", "H=5", "W=5"] },
  "02b-dense-exponential": { set: ["K=8", "H=5", "W=5"] },
  "03a-dense-lse-dot": { set: ["D=8", "K=6"] },
  "03b-dense-lse-euclid": { set: ["D=8", "K=6"] },
  "05-deep-conv": { set: ["F1=3", "F2=4", "L=5"] },
  "06-energy-transformer": { set: ["N=5", "D=6", "H=2", "Y=3"] },
  // Few features estimate the kernel only where it is wide.
  "07-drdam": { set: ["D=4", "K=5", "Y=96", "beta=1"], scale: { omega: 1 } },
  "08-neuron-astrocyte": { set: ["N=6", "K=3"] },
  "09-plugin": { set: ["H=4", "W=4", "F=2"] },
  "10-weight-sharing": { set: ["D=6", "H=5", "L=4"] },
  "11-mnist-memory": { set: ["D=8", "M=5"] },
  "12-stacked": { set: ["D=6", "K=5", "H=3"] },
  "13-hetero-associative": { set: ["N=3", "D=6", "M=4"] },
  "14-inpainting": { set: ["N=4", "P=3", "D=5", "H=2", "Y=3", "M=6"], dt: 0.1 },
  // Its tests speak of the eighteenth and the forty-sixth icon.
  "15-sequence": { set: ["K=50", "H=5", "W=5"] },
  // Grey levels reach 16; the step of the example is made for known pixels that are held.
  digits: { set: ["K=8", "H=4", "W=4"], scale: { digits: 4, picture: 4 }, dt: 0.1 },
};

/** The names of the examples, in order. */
export function exampleNames(): string[] {
  return globSync("examples/*.ham", { cwd: ROOT })
    .map((path) => basename(path, ".ham"))
    .sort();
}

/** The text of an example's file in `fixtures/models`. */
export async function exampleText(name: string): Promise<string> {
  const { set = [], scale = {}, dt } = SHRINKING[name] ?? {};
  const path = join(ROOT, "examples", `${name}.ham`);
  const compilation = await compilePath(path, { set, trustPlugins: true });
  const { diagnostics, sources, graph } = compilation;
  if (!isSound(compilation)) {
    throw new Error(diagnostics.map((each) => renderDiagnostic(each, sources)).join("\n"));
  }
  const start: ExampleFile = {
    ir: toJson(graph),
    batch: BATCH,
    dt: dt ?? stepOf(graph),
    inputs: inputsOf(graph, scale),
    expected: { energy: [], velocities: {}, states: null },
  };
  // Through the reader, so that what is expected is what a reader of the file sees.
  const expected = expectedOf(readExample(start));
  return printed({ ...start, expected });
}

function stepOf({ recalls }: EnergyGraph): number {
  const { name, options } = recalls[0].solver;
  const dt = name === "euler" ? options.get("dt") : undefined;
  return dt === undefined ? 0.1 : evaluateScalar(dt);
}

function inputsOf(
  graph: EnergyGraph,
  scale: Readonly<Record<string, number>>,
): Record<string, NumberArray<readonly number[]>> {
  const known = new Map<Tensor, readonly number[]>();
  const binary = new Set(
    graph.neurons.flatMap((neuron) => (neuron.kind === "binary" ? [neuron.state] : [])),
  );
  const tensors = [...graph.tensors, ...graph.neurons.map(({ state }) => state)];
  const arrays = tensors.map((tensor, at): [string, NumberArray<readonly number[]>] => {
    const batched = tensor.kind === "given" || tensor.kind === "state";
    const axes = tensor.axes.map((dim) => sizeOfDim(dim));
    const shape = batched ? [BATCH, ...axes] : axes;
    const count = shape.reduce((a, b) => a * b, 1);
    const { source } = tensor;
    const data =
      source?.from === "value"
        ? Array<number>(count).fill(Math.fround(evaluateScalar(source.value, { tensors: known })))
        : drawn(foldIn(key(0), at), count, {
            scale: scale[tensor.name] ?? 0.5,
            elem: binary.has(tensor) ? "sign" : tensor.elem,
          });
    known.set(tensor, data);
    return [tensor.name, { shape, data }];
  });
  return Object.fromEntries(arrays);
}

function drawn(
  stream: Key,
  count: number,
  { scale, elem }: { scale: number; elem: Tensor["elem"] },
): number[] {
  const numbers = Array.from(normal(stream, count));
  switch (elem) {
    case "sign":
      return numbers.map((x) => (x < 0 ? -1 : 1));
    case "bit":
    case "bool":
      return numbers.map((x) => (x < 0 ? 0 : 1));
    default:
      // Adding 0 turns −0, which JSON does not have, into 0.
      return numbers.map((x) => Math.round(64 * scale * x) / 64 + 0);
  }
}

function expectedOf(model: ExampleModel): ExampleFile["expected"] {
  const { graph, batch, dt } = model;
  const energy = inStates(graph, totalEnergy(graph));
  const slopes = [...velocities(graph)].map(
    ([{ name, state }, { indices, value }]) =>
      ({ name, state, indices, value: inStates(graph, value) }) as const,
  );
  const smooth = graph.neurons.every(({ kind }) => kind === "smooth");
  const steps = smooth ? EXAMPLE_STEPS : 0;
  const runs = Array.from({ length: batch }, (_, example) => {
    const tensors = exampleTensors(model, example);
    const speeds = () =>
      slopes.map(({ value, indices }) => evaluate(value, { tensors, time: 0 }, indices).data);
    const first = { energy: evaluateScalar(energy, { tensors, time: 0 }), speeds: speeds() };
    for (let step = 0; step < steps; step++) {
      const now = speeds();
      for (const [k, { state }] of slopes.entries()) {
        tensors.set(
          state,
          tensors.get(state)!.map((x, i) => x + dt * now[k][i]),
        );
      }
    }
    return { ...first, last: slopes.map(({ state }) => tensors.get(state)!) };
  });
  const byLayer = (of: (run: (typeof runs)[number], layer: number) => Iterable<number>) =>
    Object.fromEntries(
      slopes.map(({ name }, k) => [name, runs.flatMap((run) => [...of(run, k)].map(shortened))]),
    );
  return {
    energy: runs.map((run) => shortened(run.energy)),
    velocities: byLayer((run, k) => run.speeds[k]),
    states: smooth ? byLayer((run, k) => run.last[k]) : null,
  };
}

function shortened(x: number): number {
  return Number(x.toPrecision(10)) + 0;
}

/** One array, or one entry of the graph, a line. */
function printed({ ir, inputs, expected, ...rest }: ExampleFile): string {
  const parts = {
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
    ir: printJson(ir).trimEnd(),
    inputs: lines(inputs),
    expected: lines(expected),
  };
  const fields = Object.entries(parts).map(([name, text]) => `${JSON.stringify(name)}: ${text}`);
  return `{\n${fields.join(",\n")}\n}\n`;
}

function lines(entries: object): string {
  const texts = Object.entries(entries).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{\n${texts.join(",\n")}\n}`;
}
