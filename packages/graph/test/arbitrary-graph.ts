// Random models: two layers, a random term over their activations, and a recall that uses
// everything a recall can say.

import {
  apply,
  type EnergyGraph,
  get,
  indicesOf,
  lit,
  makeTensor,
  mul,
  type Neuron,
  pow,
  position,
  RECALL_QUANTITIES,
  replaceGets,
  size,
  sum,
  type Tensor,
  time,
} from "@hamlet/graph";
import type * as fc from "fast-check";
import { arbitrarySample, type Sample } from "./arbitrary-expr.ts";

/** A random model and the sample that its term comes from. */
export interface ModelSample {
  readonly graph: EnergyGraph;
  readonly sample: Sample;
}

/** Random models; see {@link ModelSample}. */
export function arbitraryModel(fuel = 8): fc.Arbitrary<ModelSample> {
  return arbitrarySample(fuel).map((sample) => ({ graph: makeModel(sample), sample }));
}

/** A layer with the Lagrangian ½ x², on the tensor that is given. */
function layer(tensor: Tensor): Neuron {
  const { name, axes } = tensor;
  const state = tensor.kind === "state" ? tensor : makeTensor(name, "state", axes);
  const activation = tensor.kind === "activation" ? tensor : makeTensor(name, "activation", axes);
  const at = indicesOf(axes);
  const lagrangian = mul(lit(0.5), sum(at, pow(get(state, at), lit(2))));
  return {
    name,
    axes,
    lagrangianName: "identity",
    lagrangian,
    state,
    activation,
    before: makeTensor(`before ${name}`, "activation", axes),
    tau: lit(2),
    leak: name === "t",
    kind: "smooth",
  };
}

function makeModel({ tensors, target, dims, scalar }: Sample): EnergyGraph {
  const x = tensors.find(({ kind }) => kind === "state")!;
  const [first, second] = [layer(target), layer(x)];
  const energy = replaceGets(scalar(), ({ tensor, at }) =>
    tensor === x ? get(second.activation, at) : null,
  );
  const c = tensors.find(({ name }) => name === "c")!;
  const others = tensors.filter(({ kind }) => kind !== "state" && kind !== "activation");
  const at = indicesOf(second.axes);
  return {
    dims,
    tensors: [
      ...others,
      makeTensor("gamma", "param", [dims[0]], {
        bound: { op: ">", value: 0 },
        source: { from: "draw", distribution: "normal", args: [lit(0), lit(0.02)] },
      }),
      makeTensor("images", "data", [dims[1], dims[0]], {
        elem: "bit",
        source: {
          from: "file",
          file: "images.npz",
          key: "train",
          stored: [dims[0], dims[1]],
          take: lit(7),
        },
      }),
      makeTensor("rate", "const", [], { source: { from: "value", value: size(dims[1]) } }),
    ],
    neurons: [first, second],
    terms: [
      { name: "pull", energy },
      { name: "rest", energy: sum(at, pow(get(second.activation, at), lit(2))) },
    ],
    recalls: [
      {
        name: "settle",
        starts: [
          { neuron: first, from: "draw", distribution: "normal", args: [lit(0), lit(1)] },
          { neuron: second, from: "value", indices: at, value: mul(lit(-0.5), position(at[0])) },
        ],
        clamps: [
          {
            neuron: second,
            indices: at,
            where: apply("lt", position(at[0]), lit(1)),
            value: null,
          },
        ],
        solver: { name: "euler", options: new Map([["dt", lit(0.25)]]) },
        steps: lit(40),
        stop: apply("lt", get(RECALL_QUANTITIES.change), lit(1e-4)),
        schedules: [{ tensor: c, value: mul(lit(2), time()) }],
        record: [{ name: "energy", every: 5 }],
        returns: [second],
      },
    ],
  };
}
