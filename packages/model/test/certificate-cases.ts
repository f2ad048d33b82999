// Recalls to certify, drawn from a seed, and certificates with one thing changed.

import type { CertifiedExample, RecallCertificate, RestPointEvidence } from "@hamlet/model";
import { sealOf } from "@hamlet/model";
import { randomHypergraph, stream, type Wiring } from "./random-hypergraph.ts";

/** A model with a recall, and what it is run on. */
export interface CertificateCase {
  readonly text: string;
  readonly recall: string;
  readonly engine: "tensors" | "simd" | undefined;
}

/** Solvers of smooth layers, and where each is at home. */
const SMOOTH: readonly (readonly [solver: string, home: Wiring])[] = [
  ["euler(dt = 0.2)", "any"],
  ["heun(dt = 0.2)", "any"],
  ["rk4(dt = 0.2)", "any"],
  ["adaptive(dt = 0.5)", "any"],
  ["anderson", "any"],
  ["langevin(dt = 0.05, temperature = 0.1)", "any"],
  ["alternate", "two colours"],
  ["cccp", "concave"],
];

/** The case of a seed: a random hypergraph, or a memory of bits. */
export function certificateCase(seed: number): CertificateCase {
  const draw = stream(seed);
  const one = <T>(items: readonly T[]): T => items[Math.floor(draw() * items.length)];
  if (draw() < 0.35) return { ...bits(one, draw), engine: undefined };
  const [solver, home] = one(SMOOTH);
  const text = randomHypergraph(seed, home, [solver]);
  // Most come to rest within these, and the others have a certificate of how their energy fell.
  const longer = text.replaceAll("steps = 20", "steps = 150");
  return { text: longer, recall: /^\w+/.exec(solver)![0], engine: one(["tensors", "simd"]) };
}

function bits(one: <T>(items: readonly T[]) => T, draw: () => number) {
  const score = "sum[i] xi[k, i] * v[i]";
  const text = `ham 1
dim K = ${2 + Math.floor(draw() * 3)}, D = ${3 + Math.floor(draw() * 8)}
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as ${one(["sign", "step"])}
energy memory = ${one([
    `-sum[k] (${score})^2 / D`,
    `sum[k] (${score})^2 / D`,
    `-sum[k] (${score})^3`,
    `-logsumexp[k](2 * (${score}))`,
    `-sum[k] max(0, ${score})^2`,
  ])}
recall settle {
  start v ~ normal(0, 1)
${draw() < 0.2 ? "  clamp v[i] where i < 1\n" : ""}  solver = ${one(["async", "sync", "sync", "glauber(temperature = 0.5)"])}
  steps = 200
}
`;
  return { text, recall: "settle" };
}

/** A certificate with one thing changed; null where it has no such thing. */
export type Mutation = (
  certificate: RecallCertificate,
  draw: () => number,
) => RecallCertificate | null;

/** A change of one digit of the text, whatever it is part of. */
const digit: Mutation = (certificate, draw) => {
  const text = JSON.stringify(certificate);
  const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const at = digits[Math.floor(draw() * digits.length)];
  const other = (Number(text[at]) + 1 + Math.floor(draw() * 9)) % 10;
  try {
    const changed = JSON.parse(`${text.slice(0, at)}${other}${text.slice(at + 1)}`);
    // The last of seventeen digits may change without the number.
    return JSON.stringify(changed) === text ? null : (changed as RecallCertificate);
  } catch {
    return null;
  }
};

/** A change of the first example, under a seal of its own: only mathematics can refuse it. */
function resealed(
  change: (example: Draft<CertifiedExample>, draw: () => number) => boolean,
): Mutation {
  return (certificate, draw) => {
    const copy = structuredClone(certificate) as Draft<RecallCertificate>;
    const done = copy.examples.some((example) => change(example, draw));
    return done ? sealed(copy as RecallCertificate) : null;
  };
}

function sealed(certificate: RecallCertificate): RecallCertificate {
  return { ...certificate, seal: sealOf(certificate) };
}

type Draft<T> = T extends readonly (infer One)[]
  ? Draft<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

const find = <Kind extends CertifiedExample["evidence"][number]["kind"]>(
  { evidence }: Draft<CertifiedExample>,
  kind: Kind,
) =>
  evidence.find((one) => one.kind === kind) as
    | Draft<Extract<CertifiedExample["evidence"][number], { kind: Kind }>>
    | undefined;

/** How far an end is from a rest point, as its evidence tells. */
function distanceOf(
  end: RestPointEvidence["centre"],
  { centre, radius }: RestPointEvidence,
): number {
  let distance = 0;
  for (const [name, layer] of Object.entries(centre)) {
    layer.forEach((c, i) => (distance += radius[name][i] + Math.abs(end[name][i] - c)));
  }
  return distance;
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  digit,
  "hash of the model": (certificate) => sealed({ ...certificate, model: certificate.seal }),
  "hash of an input": (certificate) => {
    const [name] = Object.keys(certificate.inputs);
    if (name === undefined) return null;
    return sealed({ ...certificate, inputs: { ...certificate.inputs, [name]: certificate.seal } });
  },
  "an input left out": (certificate) => {
    const [name, ...others] = Object.keys(certificate.inputs);
    if (name === undefined) return null;
    const inputs = Object.fromEntries(others.map((other) => [other, certificate.inputs[other]]));
    return sealed({ ...certificate, inputs });
  },
  "the box moved": resealed((example, draw) => {
    const box = find(example, "rest point");
    const units = Object.entries(box?.radius ?? {}).flatMap(([name, radii]) =>
      radii.flatMap((r, i) => (r > 0 ? [{ name, i, r }] : [])),
    );
    if (units.length === 0) return false;
    const { name, i, r } = units[Math.floor(draw() * units.length)];
    box!.centre[name][i] += (draw() < 0.5 ? -3 : 3) * r;
    box!.distance = distanceOf(example.end!, box!);
    return true;
  }),
  "the box flat": resealed((example) => {
    const box = find(example, "rest point");
    const [name] = Object.keys(box?.radius ?? {}).filter((each) =>
      box!.radius[each].some((r) => r > 0),
    );
    if (name === undefined) return false;
    box!.radius[name] = box!.radius[name].map(() => 0);
    return true;
  }),
  "the index": resealed((example, draw) => {
    const box = find(example, "rest point");
    if (box === undefined || box.directions.length === 0) return false;
    box.index += box.index > 0 && draw() < 0.5 ? -1 : 1;
    return true;
  }),
  "the distance": resealed((example) => {
    const box = find(example, "rest point");
    if (box === undefined || box.distance === 0) return false;
    box.distance /= 100;
    return true;
  }),
  "the end": resealed((example, draw) => {
    const names = Object.keys(example.end ?? {});
    if (example.evidence.length === 0 || names.length === 0) return false;
    const layer = example.end![names[Math.floor(draw() * names.length)]];
    const at = Math.floor(draw() * layer.length);
    // Beside what went far, 0.75 alone would be no change.
    layer[at] += 0.75 * Math.max(1, Math.abs(layer[at]));
    return true;
  }),
  "the energy": resealed((example) => {
    if (example.energy === null) return false;
    const [low, high] = example.energy;
    const by = 1e-12 * (1 + Math.abs(low)) + 2 * (high - low);
    example.energy = [low + by, high + by];
    return true;
  }),
  "the sign of a field": resealed((example, draw) => {
    const fields = Object.values(find(example, "bits")?.fields ?? {}).flat();
    const decided = fields.filter(([low, high]) => low > 0 || high < 0);
    if (decided.length === 0) return false;
    const one = decided[Math.floor(draw() * decided.length)];
    [one[0], one[1]] = [-one[1], -one[0]];
    return true;
  }),
  "a state of a cycle": resealed((example, draw) => {
    const states = find(example, "cycle")?.states;
    if (states === undefined) return false;
    const [layer] = Object.values(states[Math.floor(draw() * states.length)]);
    layer[0] = layer[0] === 1 ? (layer.includes(-1) ? -1 : 0) : 1;
    return true;
  }),
  "two steps exchanged": resealed((example, draw) => {
    const path = find(example, "falling energy");
    if (path === undefined) return false;
    const at = Math.floor(draw() * (path.steps.length - 1));
    const lists: unknown[][] = draw() < 0.5 ? [path.steps] : [path.states, path.energies];
    for (const list of lists) [list[at], list[at + 1]] = [list[at + 1], list[at]];
    return true;
  }),
};
