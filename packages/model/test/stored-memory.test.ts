// Memories of random features that were stored by the library and are recalled by a model.

import { foldIn, key, normal, writeNpy, writeSafetensors } from "@hamlet/core";
import { FAMILIES, KINDS, makeMemory } from "@hamlet/drdam";
import { HamError } from "@hamlet/graph";
import { makeRecall } from "@hamlet/ham";
import {
  type FeaturesEvidence,
  loadModel,
  type Model,
  type ModelFiles,
  type RecallCertificate,
  sealOf,
} from "@hamlet/model";
import { expectNoLeak, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => useBackend("wasm"));

const [D, Y] = [6, 300];
/** Float32 sums of some hundred cosines, beside sums in float64. */
const TOLERANCE = 2e-5;
const ALPHA = 0.125;

const patterns = normal(key(2), [4, D]).map((x) => x / 2);
const queries = Array.from({ length: 5 }, (_, b) =>
  normal(foldIn(key(3), b), D).map((x, d) => patterns[(b % 4) * D + d] + x / 20),
);
const query = { shape: [5, D], data: Float32Array.from(queries.flatMap((one) => [...one])) };

async function memoryOf(options: {
  readonly kind?: (typeof KINDS)[number];
  readonly family?: (typeof FAMILIES)[number];
}) {
  const memory = makeMemory({ D, Y, beta: 1.5, key: key(1), ...options });
  await memory.store(patterns);
  return memory;
}

function model(
  connect: string,
  of: Readonly<Record<string, Uint8Array>>,
  { data = {}, dim = "D" }: { data?: Readonly<Record<string, string>>; dim?: string } = {},
) {
  const text = `ham 1
dim ${dim}
given query: [D]
neuron v: [D] as identity { leak = off }
@allow(unbounded_energy)
connect faces: ${connect}
recall go { start v = query solver = euler(dt = ${ALPHA}) steps = 1 }
`;
  const files: ModelFiles = {
    read: async (path) => of[path] ?? { path, folder: "here", near: null },
  };
  return loadModel({ name: "m.ham", text }, { files, data });
}

async function messageOf(loading: Promise<Model>): Promise<string> {
  const error: unknown = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (HamError.isInstance(error)) return error.message;
  throw new Error(`expected a HamError, found ${String(error)}`);
}

describe.each(KINDS.flatMap((kind) => FAMILIES.map((family) => ({ kind, family }))))(
  "a memory of $kind features and $family rows",
  ({ kind, family }) => {
    const word = kind.replace("-", "_");

    test("has the same energies and gradients in a model, and keeps nothing", async () => {
      const memory = await memoryOf({ kind, family });
      const of = { "faces.safetensors": memory.save() };
      await expectNoLeak(async () => {
        using loaded = await model(`drdam(v, features = ${word}) from "faces.safetensors"`, of);
        const sizes = [...loaded.sizes].map(([dim, size]) => [dim.name, size]);
        expect(Object.fromEntries(sizes)).toEqual({ D, "faces.Y": Y });
        const { total } = await loaded.energies({ givens: { query }, batch: queries.length });
        using result = await loaded.recall({ givens: { query } });
        const [states] = await Promise.all(
          [...result.states.values()].map((layer) => layer.data()),
        );
        queries.forEach((state, b) => {
          expect(Math.abs(total[b] - memory.energy(state))).toBeLessThan(TOLERANCE);
          memory.gradient(state).forEach((slope, d) => {
            const found = (state[d] - states[b * D + d]) / ALPHA;
            expect(Math.abs(found - slope)).toBeLessThan(20 * TOLERANCE);
          });
        });
      });
    });

    test("is refused where the text asks for the other features", async () => {
      const of = { "faces.safetensors": (await memoryOf({ kind, family })).save() };
      const other = kind === "positive" ? "sin_cos" : "positive";
      const message = await messageOf(
        model(`drdam(v, features = ${other}) from "faces.safetensors"`, of),
      );
      expect(message).toContain(
        `\`faces.safetensors\` is a memory of ${kind} features, not of ${other.replace("_", "-")} ones`,
      );
      expect(message).toContain(`Write \`features = ${word}\``);
    });
  },
);

test("a recall by a model ends where and as that of the library does", async () => {
  const memory = makeMemory({ D, Y: 4000, beta: 4, key: key(1), family: "orthogonal" });
  await memory.store(patterns);
  const text = `ham 1
dim D
given query: [D]
neuron v: [D] as identity { leak = off }
connect faces: drdam(v) from "m"
recall go { start v = query solver = euler(dt = 0.1) steps = 1000 stop when change <= 1e-6 }
`;
  const files: ModelFiles = { read: async () => memory.save() };
  using loaded = await loadModel({ name: "m.ham", text }, { files });
  const far = {
    shape: [6, D],
    data: new Float32Array([...query.data, ...query.data.slice(0, D).map((x) => x + 40)]),
  };
  using result = await loaded.recall({ givens: { query: far } });
  const [states] = await Promise.all([...result.states.values()].map((layer) => layer.data()));
  for (const [b, outcome] of result.outcomes.entries()) {
    const own = await memory.recall(far.data.subarray(b * D, (b + 1) * D));
    expect(outcome.ending).toBe(own.ending);
    expect(outcome.clips).toHaveLength(own.clips.length);
    expect(outcome.basin).toBe(own.basin);
    // Float32 beside float64: see docs/decisions/2026-11-29-one-recall-two-precisions.md.
    expect(Math.abs(outcome.steps - own.steps)).toBeLessThanOrEqual(2);
    expect(Math.abs(outcome.energyAfter - own.energyAfter)).toBeLessThan(1e-5);
    own.state.forEach((x, d) => expect(Math.abs(states[b * D + d] - x)).toBeLessThan(3e-6));
  }
  const endings = result.outcomes.map(({ ending }) => ending);
  expect(new Set(endings)).toEqual(new Set(["converged", "clipped"]));
});

test.each(KINDS)(
  "%s memories are recalled from files as from the library, bit by bit",
  async (kind) => {
    const memory = await memoryOf({ kind });
    const T = Float32Array.from(memory.T());
    const held = [
      T.slice(0, Y),
      T.slice(Y),
      memory.features.projection.matrix(),
      Float32Array.of(1.5),
    ];
    await expectNoLeak(async () => {
      const of = { f: memory.save() };
      using loaded = await model(`drdam(v, features = ${kind.replace("-", "_")}) from "f"`, of);
      const { graph, sizes } = loaded;
      const params = graph.tensors.filter(({ kind: what }) => what === "param");
      const values = new Map(
        params.map((tensor, k) => {
          const shape = tensor.axes.map((dim) => sizes.get(dim)!);
          return [tensor, tf.tensor(held[k], shape, "float32")];
        }),
      );
      const [given] = graph.tensors.filter(({ kind: what }) => what === "given");
      const givens = new Map([[given, tf.tensor2d(query.data, [5, D])]]);
      using recall = makeRecall(graph, loaded.recallNamed(), { sizes, values, numbers: new Map() });
      using own = await recall.run({ givens });
      using result = await loaded.recall({ givens: { query } });
      expect(result.energies).toEqual(own.energies);
      const ends = [result, own].map(({ states }) => [...states.values()][0].data());
      expect(await ends[0]).toEqual(await ends[1]);
      tf.dispose([...values.values(), ...givens.values()]);
    });
  },
);

test("its rows are those of the library, bit by bit, and its sums are those of the file", async () => {
  const memory = await memoryOf({ family: "structured" });
  using loaded = await model('drdam(v) from "m"', { m: memory.save() });
  expect(loaded.entries("faces.omega").data).toEqual(memory.features.projection.matrix());
  const T = Float32Array.from(memory.T());
  expect(loaded.entries("faces.T_cos").data).toEqual(T.slice(0, Y));
  expect(loaded.entries("faces.T_sin").data).toEqual(T.slice(Y));
});

test("the caller can name another file, by the name of the connection", async () => {
  const [one, other] = [await memoryOf({}), await memoryOf({ family: "orthogonal" })];
  const of = { one: one.save(), other: other.save() };
  using loaded = await model('drdam(v) from "one"', of, { data: { faces: "other" } });
  expect(loaded.entries("faces.omega").data).toEqual(other.features.projection.matrix());
  expect(await messageOf(model('drdam(v) from "one"', of, { data: { face: "other" } }))).toBe(
    'This model has no data or given called "face". Did you mean faces? It takes: query (given), faces (connection).',
  );
});

describe("a file that does not fit is named where it was written", () => {
  const npy = writeNpy({ shape: [2, 3], dtype: "float32", data: new Float32Array(6) });
  const others = writeSafetensors(
    new Map([["W", { shape: [1], dtype: "float32", data: Float32Array.of(1) }]]),
  );
  let whole: Uint8Array;
  beforeAll(async () => void (whole = (await memoryOf({})).save()));
  const small = makeMemory({ D: 4, Y, beta: 1, key: key(1) });

  test.each<[string, string, (() => Uint8Array) | null, string?]>([
    ["that is not there", 'drdam(v) from "f"', null],
    ["that holds no arrays", 'drdam(v) from "f"', () => new TextEncoder().encode("no array\0")],
    ["of one array without a name", 'drdam(v) from "f"', () => npy],
    ["of other arrays", 'drdam(v) from "f"', () => others],
    ["that is cut off", 'drdam(v) from "f"', () => whole.subarray(0, whole.length - 8)],
    ["of another size than a layer", 'drdam(v) from "f"', () => small.save(), "D = 6"],
  ])("%s", async (_, connect, bytes, dim = "D") => {
    const of: Readonly<Record<string, Uint8Array>> = bytes === null ? {} : { f: bytes() };
    const message = await messageOf(model(connect, of, { dim }));
    expect(message).toMatchSnapshot();
    // Four arrays come from the file; what is wrong with it is said once.
    expect(message.match(/error\[/g)).toHaveLength(1);
  });

  test("of another number of features than the text says", async () => {
    const message = await messageOf(model('drdam(v, Y = 299) from "f"', { f: whole }));
    expect(message).toContain("the file has shape (300, 6), float32: faces.Y would be 300");
  });
});

test("files that a part names are missed where the part is made", async () => {
  const files: ModelFiles = {
    read: async (path) =>
      path === "u.ham"
        ? new TextEncoder().encode(
            'ham 1\ndim K\ndata xi: [K, D] from "xi.npy"\ndim D\nneuron v: [D] as identity { leak = off }\nconnect exact: lse(v, xi = xi)\nconnect faces: drdam(v) from "f"',
          )
        : { path, folder: "here", near: null },
  };
  const text = 'ham 1\nuse "./u.ham" as u\ndim D = 6\npart p: u(D = D)\n';
  const message = await messageOf(loadModel({ name: "m.ham", text }, { files }));
  expect(message).toMatchSnapshot();
});

test("weights of any synapse can come from a file", async () => {
  const data = normal(key(4), [D, D]);
  const file = writeNpy({ shape: [D, D], dtype: "float32", data });
  using loaded = await model('dense(v, v) from "w.npy"', { "w.npy": file });
  expect(loaded.entries("faces.W").data).toEqual(data);
  const { total } = await loaded.energies({ givens: { query }, batch: 5 });
  queries.forEach((x, b) => {
    let energy = 0;
    for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) energy -= data[i * D + j] * x[i] * x[j];
    expect(Math.abs(total[b] - energy)).toBeLessThan(TOLERANCE);
  });
});

describe("what a certificate says of random features", () => {
  /** Three near patterns, and five far from all of them, where the sum may come out below 0. */
  const far = Array.from({ length: 5 }, (_, b) => normal(foldIn(key(4), b), D).map((x) => 3 * x));
  const given = {
    shape: [8, D],
    data: Float32Array.from([...queries.slice(0, 3), ...far].flatMap((one) => [...one])),
  };

  async function certified(loaded: Model): Promise<RecallCertificate> {
    using result = await loaded.recall({ givens: { query: given }, batch: 8, certificate: true });
    return JSON.parse(JSON.stringify(result.certificate)) as RecallCertificate;
  }
  const barOf = ({ examples }: RecallCertificate, b: number): FeaturesEvidence => {
    const found = examples[b].evidence.find(({ kind }) => kind === "random features");
    return found as FeaturesEvidence;
  };

  test("the error bar of the memory itself, and whether its sum is cut", async () => {
    const memory = await memoryOf({});
    const of = { "faces.safetensors": memory.save() };
    using loaded = await model(`drdam(v) from "faces.safetensors"`, of);
    const certificate = await certified(loaded);
    const clips = new Set<boolean>();
    certificate.examples.forEach(({ end, told }, b) => {
      const { energy, rows, clipped, noise, deviation } = barOf(certificate, b);
      expect([energy, rows]).toEqual(["faces", "faces.Y"]);
      expect(clipped).toBe(told.ending === "clipped");
      clips.add(clipped);
      const bar = memory.errorBar(end!["v"]);
      if (clipped) {
        expect([noise, deviation, bar.trusted]).toEqual([null, null, false]);
        return;
      }
      expect(noise![0] / bar.relativeNoise).toBeCloseTo(1, 4);
      expect(noise![1] - noise![0]).toBeLessThan(1e-9 * noise![1]);
      if (bar.trusted) expect(deviation![1] / bar.standardDeviation).toBeCloseTo(1, 4);
    });
    expect(clips.size).toBe(2);
    expect((await loaded.verify(certificate, { givens: { query: given } })).refused).toEqual([]);
  });

  test("another bar, another axis, another energy and another flag are refused", async () => {
    const of = { "faces.safetensors": (await memoryOf({})).save() };
    using loaded = await model(`drdam(v) from "faces.safetensors"`, of);
    const certificate = await certified(loaded);
    const bar = barOf(certificate, 0);
    expect(bar.clipped).toBe(false);
    const [low, high] = bar.noise!;
    for (const change of [
      { clipped: true },
      { noise: [low * 0.99, high * 0.99] },
      { noise: null },
      { deviation: [0, 0] },
      { rows: "D" },
      { energy: "other" },
    ]) {
      const examples = certificate.examples.map((example, b) => {
        const evidence = b === 0 ? [{ ...bar, ...change } as FeaturesEvidence] : example.evidence;
        return { ...example, evidence };
      });
      const forged = { ...certificate, examples };
      const { refused } = await loaded.verify(
        { ...forged, seal: sealOf(forged) },
        { givens: { query: given } },
      );
      expect(refused).toHaveLength(1);
      expect(refused[0]).toContain("example 0, random features: ");
    }
  });
});
