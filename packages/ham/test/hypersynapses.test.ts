// Every hypersynapse against the reference values: energy, and gradient by each activation.

import {
  type Dim,
  evaluate,
  evaluateScalar,
  get,
  gradients,
  type HypersynapseDefinition,
  HamError,
  type Index,
  indicesOf,
  lit,
  makeDim,
  makeIndex,
  makeRegistry,
  makeTensor,
  mul,
  type OptionValue,
  type ReadEntry,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham";
import { describe, expect, test } from "vitest";
import cases from "../../../fixtures/synapses.json" with { type: "json" };

/** The reference is float32: 1e-5 of the largest entry (or of 1), which its own rounding needs. */
const TOLERANCE = 1e-5;

/** The reference's name of a case, in the catalogue. */
const NAMES: Readonly<Record<string, [string, Readonly<Record<string, OptionValue>>]>> = {
  bias: ["bias", {}],
  dense: ["dense", {}],
  "hopfield-quadratic": ["hopfield", {}],
  "dam-relu-power": ["dam", { n: lit(4), rectified: "on" }],
  "lse-dot": ["lse", { beta: lit(2.5) }],
  "lse-euclid": ["lse_euclid", { beta: lit(2.5) }],
  "three-body": ["three_body", { gain: lit(1) }],
  "memory-relu2-tokens": ["memory", { n: lit(2) }],
  attention: ["attention", { beta: lit(0.5) }],
  conv2d: ["conv2d", { kernel: [3, 3] }],
};

const flat = (nested: unknown): number[] => [nested].flat(Infinity) as number[];

function shapeOf(nested: unknown): number[] {
  return Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : [];
}

function reader(tensor: Tensor): ReadEntry {
  return (...at) => get(tensor, at);
}

/** A definition applied to arrays of the reference: its energy, and what to evaluate it with. */
function use(
  definition: HypersynapseDefinition,
  arrays: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, OptionValue>>,
) {
  const entries = [...definition.args, ...definition.params];
  const dims = Object.fromEntries(
    entries.flatMap(({ name, axes }) =>
      name in arrays
        ? shapeOf(arrays[name]).map((size, axis) => [axes[axis], makeDim(axes[axis], size)])
        : [],
    ),
  );
  const tensors = new Map<Tensor, number[]>();
  const activations: Tensor[] = [];
  const read: Record<string, ReadEntry> = {};
  for (const { name, axes } of entries.filter((entry) => entry.name in arrays)) {
    const tensor = makeTensor(
      name,
      "data",
      axes.map((axis) => dims[axis]),
    );
    tensors.set(tensor, flat(arrays[name]));
    if (definition.args.some((arg) => arg.name === name)) activations.push(tensor);
    read[name] = reader(tensor);
  }
  return { dims, tensors, activations, read, options };
}

test("every reference case has its hypersynapse", () => {
  expect(new Set(cases.map(({ synapse }) => synapse))).toEqual(new Set(Object.keys(NAMES)));
});

test.each(cases.map((item, i) => [`${item.synapse} ${i}`, item] as const))(
  "%s has the reference energy and gradients",
  (_, item) => {
    const [name, given] = NAMES[item.synapse];
    const definition = HYPERSYNAPSES.find((entry) => entry.name === name)!;
    const self: Record<string, OptionValue> =
      "self_attention" in item ? { self: item.self_attention ? "on" : "off" } : {};
    const window: Record<string, OptionValue> =
      "stride" in item ? { stride: lit(item.stride!), pad: item.padding!.toLowerCase() } : {};
    const used = use(definition, item.args, { ...given, ...self, ...window });
    const params = { ...used.read };
    if (name === "hopfield") params["W"] = hebb(item.args.xi!, used);
    const energy = definition.energy({ ...used, args: used.read, params });
    const { tensors } = used;
    const value = evaluateScalar(energy, { tensors });
    expect(Math.abs(value - item.energy) / Math.max(1, Math.abs(item.energy))).toBeLessThan(
      TOLERANCE,
    );
    const at = used.activations.map((tensor) => indicesOf(tensor.axes));
    const slopes = gradients(
      energy,
      used.activations.map((tensor, i) => ({ tensor, at: at[i] })),
    );
    slopes.forEach((slope, i) => {
      const expected = flat(item.grads[i]);
      const { data } = evaluate(slope, { tensors }, at[i]);
      const scale = Math.max(1, ...expected.map(Math.abs));
      expect(data.length).toBe(expected.length);
      expected.forEach((value, entry) =>
        expect(Math.abs(data[entry] - value) / scale, `entry ${entry}`).toBeLessThan(TOLERANCE),
      );
    });
  },
);

/** `Wᵢⱼ = Σₘ ξₘᵢ ξₘⱼ`: the patterns of the reference as symmetric weights. */
function hebb(patterns: number[][], used: ReturnType<typeof use>): ReadEntry {
  const K = makeDim("K", patterns.length);
  const xi = makeTensor("xi", "data", [K, used.dims["A"]]);
  used.tensors.set(xi, flat(patterns));
  return (i, j) => {
    const m = makeIndex("m", K);
    return sum([m], mul(get(xi, [m, i]), get(xi, [m, j])));
  };
}

describe("every hypersynapse", () => {
  test.each(HYPERSYNAPSES.map((definition) => [definition.name, definition] as const))(
    "%s uses only axes that its arguments, params or own dims have",
    (_, definition) => {
      const own = definition.dims.map(({ name }) => name);
      const derived = Object.keys(definition.derived ?? {});
      const bound = new Set([...definition.args.flatMap(({ axes }) => axes), ...own, ...derived]);
      expect(
        definition.params.flatMap(({ axes }) => axes).filter((axis) => !bound.has(axis)),
      ).toEqual([]);
      expect(definition.references.length).toBeGreaterThan(0);
    },
  );

  test.each(HYPERSYNAPSES.map((definition) => [definition.name, definition] as const))(
    "%s has an energy without free indices",
    (_, definition) => {
      const arrays = Object.fromEntries(
        [...definition.args, ...definition.params].map(({ name, axes }) => [
          name,
          axes.reduceRight<unknown>((inside) => [inside, inside], 1),
        ]),
      );
      const used = use(definition, arrays, {});
      const options = Object.fromEntries(
        definition.options.map(({ name, default: usual }) => [name, optionOf(usual, used.dims)]),
      );
      for (const [axis, sizeIn] of Object.entries(definition.derived ?? {})) {
        used.dims[axis] ??= makeDim(axis, evaluateScalar(sizeIn({ dims: used.dims, options })));
      }
      const energy = definition.energy({ ...used, args: used.read, params: used.read, options });
      expect(energy.free).toEqual([] as Index[]);
      expect(Number.isFinite(evaluateScalar(energy, { tensors: used.tensors }))).toBe(true);
    },
  );
});

function optionOf(
  usual: HypersynapseDefinition["options"][number]["default"],
  dims: Readonly<Record<string, Dim>>,
): OptionValue {
  if (typeof usual === "function") return usual({ dims, options: {} });
  return typeof usual === "number" ? lit(usual) : (usual ?? lit(1));
}

test("two hypersynapses of one name are an error that shows both", () => {
  const [dense] = HYPERSYNAPSES.filter(({ name }) => name === "dense");
  const other = { ...dense, summary: "E = 0" };
  let message = "";
  try {
    makeRegistry(dense, other);
  } catch (error) {
    if (!HamError.isInstance(error)) throw error;
    message = error.message;
  }
  expect(message).toBe(
    'Two hypersynapses are called "dense": "E = −Σ Wᵢⱼ aᵢ bⱼ" and "E = 0". Rename one, or leave one out of the registry.',
  );
});

test.each([
  [[1, 2], "same"],
  [[2, 1], "valid"],
  [[3, 2], "same"],
  [[2, 3], "valid"],
])("a convolution of strides %j with pad = %s is the loop over its windows", (stride, pad) => {
  const [H, W, C, F, kernel] = [7, 6, 2, 2, [3, 2]];
  const out = [H, W].map((n, axis) =>
    Math.ceil((pad === "same" ? n : n - kernel[axis] + 1) / stride[axis]),
  );
  const before = [H, W].map((n, axis) =>
    pad === "same"
      ? Math.floor(Math.max(0, (out[axis] - 1) * stride[axis] + kernel[axis] - n) / 2)
      : 0,
  );
  const sizes = { height: H, width: W, C, height2: out[0], width2: out[1], F, kh: 3, kw: 2 };
  const dims = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [name, makeDim(name, size)]),
  );
  const make = (name: string, axes: string[]) => {
    const tensor = makeTensor(
      name,
      "activation",
      axes.map((axis) => dims[axis]),
    );
    const count = tensor.axes.reduce((n, dim) => n * (dim.size as { value: number }).value, 1);
    return [
      tensor,
      Array.from({ length: count }, (_, n) => Math.sin(3 * n + name.length * 7)),
    ] as const;
  };
  const a = make("a", ["height", "width", "C"]);
  const b = make("bb", ["height2", "width2", "F"]);
  const w = make("www", ["F", "C", "kh", "kw"]);
  const definition = HYPERSYNAPSES.find(({ name }) => name === "conv2d")!;
  const options = { kernel, stride, pad };
  for (const [name, axis] of [
    ["height2", 0],
    ["width2", 1],
  ] as const) {
    expect(evaluateScalar(definition.derived![name]({ dims, options }))).toBe(out[axis]);
  }
  const energy = definition.energy({
    dims,
    options,
    args: { a: reader(a[0]), b: reader(b[0]) },
    params: { W: reader(w[0]) },
  });
  let total = 0;
  for (let y = 0; y < out[0]; y++)
    for (let x = 0; x < out[1]; x++)
      for (let f = 0; f < F; f++)
        for (let c = 0; c < C; c++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 2; kx++) {
              const i = stride[0] * y + ky - before[0];
              const j = stride[1] * x + kx - before[1];
              if (i < 0 || j < 0 || i >= H || j >= W) continue;
              total +=
                b[1][(y * out[1] + x) * F + f] *
                w[1][((f * C + c) * 3 + ky) * 2 + kx] *
                a[1][(i * W + j) * C + c];
            }
  expect(evaluateScalar(energy, { tensors: new Map([a, b, w]) })).toBeCloseTo(-total, 10);
});
