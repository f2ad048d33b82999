// The checker of certificates. It shares no code with what recalls but the reader of the graph:
// energies, slopes and curvatures are computed here once more, in intervals (bounds.ts) and from
// numbers rather than formulas (values.ts), so that a mistake there is not a mistake here.
//
// Its work is in parts: at each `yield` others may have their turn.

import type { Work } from "@hamlet/core";
import { drivenBy, type Neuron, type Recall, sizeOfDim, type Tensor } from "@hamlet/graph";
import {
  type Bounds,
  type ByLayer,
  type CertifiedExample,
  type CycleEvidence,
  type Evidence,
  type RecallCertificate,
  type RestPointEvidence,
} from "../certificate.ts";
import { addDown, at, down, isIn, middle, minus, over, plus, size, times, up } from "./bounds.ts";
import { Calculation, type Space } from "./calculation.ts";
import { featuresAt } from "./features.ts";
import {
  type CertifiedModel,
  demand,
  Findings,
  isInside,
  Refused,
  type Verdict,
} from "./findings.ts";
import { entryOf, flips, pointsOf, type Scene, sceneAt } from "./scene.ts";
import {
  add,
  beginLook,
  constant,
  innermost,
  jacobian,
  partsMade,
  slopes as slopesOf,
  value,
} from "./values.ts";

/** The box of a rest point. */
export function boxOf(claim: Pick<RestPointEvidence, "centre" | "radius">) {
  const [centre, radius] = [entryOf(claim.centre, "centre"), entryOf(claim.radius, "radius")];
  return (neuron: Neuron, i: number): Bounds => {
    const [c, r] = [centre(neuron, i), radius(neuron, i)];
    return r === 0 ? at(c) : [down(c - r), up(c + r)];
  };
}

/** Exactly one rest point in the box, of that index, and the end as far from it as told. */
function* restPoint(space: Space, end: ByLayer, claim: RestPointEvidence): Work<string> {
  const [centre, radius] = [entryOf(claim.centre, "centre"), entryOf(claim.radius, "radius")];
  const here = sceneAt(space, pointsOf(claim.centre, "centre"));
  const box = sceneAt(space, boxOf(claim));
  const endOf = entryOf(end, "end");
  const free = here.units.flatMap((unit, i) => (unit.free ? [i] : []));
  const n = free.length;
  let distance = at(0);
  for (const { neuron, at: i, free: moves } of here.units) {
    const [c, r] = [centre(neuron, i), radius(neuron, i)];
    const name = `${neuron.name}[${i}]`;
    demand(!moves || !flips(space, neuron), `${name} jumps, so that nothing has a slope in it`);
    demand(
      moves ? r > 0 : r === 0,
      `the radius of ${name} is ${r}: expected ${moves ? "above 0" : "0, for it is held"}`,
    );
    demand(moves || c === endOf(neuron, i), `${name} is held, so that its centre is its end`);
    const [low, high] = plus(at(endOf(neuron, i)), at(-c));
    distance = plus(distance, plus(at(r), low < 0 ? minus([low, high]) : [low, high]));
  }
  demand(
    isIn(at(claim.distance), distance),
    `the end is ${distance[1]} away, not ${claim.distance}`,
  );
  const radii = free.map((i) => radius(here.units[i].neuron, here.units[i].at));
  const slope = here.slopes();
  yield;
  const bent = box.slopes();
  const { rows: J } = yield* jacobian(
    free.map((i) => bent[i]),
    free.map((i) => box.states[i]),
  );
  const Y = exactly(yield* inverse(J.map((row) => row.map(middle))));
  const shift = yield* product(
    Y,
    free.map((i) => [slope[i].bounds]),
  );
  const left = (yield* product(Y, J)).map((row, i) =>
    row.map((x, j) => plus(at(i === j ? 1 : 0), minus(x))),
  );
  left.forEach((row, i) => {
    const reach = row.reduce((sum, x, j) => up(sum + up(size(x) * radii[j])), size(shift[i][0]));
    demand(
      reach < radii[i],
      `Krawczyk: unit ${i} may move by ${reach}, out of its radius ${radii[i]}`,
    );
  });
  const { index, directions } = claim;
  demand(Number.isInteger(index) && index >= 0 && index <= n, `index ${index}: expected 0 to ${n}`);
  demand(
    directions.length === n && directions.every((row) => row.length === n),
    `directions: expected ${n} × ${n}`,
  );
  // With P = Wᵀ S W, P J + Jᵀ P is positive definite: then J has as many eigenvalues to the left of 0
  // as P has (Ostrowski and Schneider, 1962), and those are the −1 of S (Sylvester).
  const W = exactly(directions);
  const V = exactly(yield* inverse(directions));
  const turned = yield* product(yield* product(W, J), V);
  const signed = turned.map((row, i) => (i < index ? row.map(minus) : row));
  const form = yield* product(transposed(yield* product(W, V)), signed);
  form.forEach((row, i) => {
    const others = row.reduce(
      (sum, x, j) => (j === i ? sum : up(sum + size(plus(x, form[j][i])))),
      0,
    );
    demand(2 * row[i][0] > others, `the index is not ${index}: direction ${i} does not dominate`);
  });
  const isExact = claim.exact === true;
  if (isExact) demand(yield* isStraight(box), "the slopes are no straight lines over this box");
  const lines = isExact ? ", where straight lines cross that are the slopes over the box" : "";
  const kind = index === 0 ? "minimum" : index === n ? "maximum" : "saddle";
  return `exactly one rest point within ${Math.max(0, ...radii)} of its centre, a ${kind} of index ${index}${lines}; the end is at most ${claim.distance} away`;
}

/**
 * Whether slopes are straight lines over a box, or such lines times a number that is nowhere 0: where no
 * layer has an energy of its own, the slopes of a function of one number are those of the number, scaled.
 */
export function* isStraight(box: Scene): Work<boolean> {
  const { units, states, coupling, activations } = box;
  const isFree = (_: unknown, i: number) => units[i].free;
  const columns = states.filter(isFree);
  if ((yield* jacobian(box.slopes().filter(isFree), columns)).isConstant) return true;
  const core = innermost(coupling);
  if (core === coupling || units.some(({ neuron }) => neuron.leak)) return false;
  const [{ bounds: scale }] = slopesOf(coupling, [core]);
  if (scale[0] <= 0 && scale[1] >= 0) return false;
  return (yield* jacobian(slopesOf(core, activations).filter(isFree), columns)).isConstant;
}

type Rows = readonly (readonly Bounds[])[];
const exactly = (rows: readonly (readonly number[])[]): Rows => rows.map((row) => row.map(at));
const transposed = (a: Rows): Rows => (a[0] ?? []).map((_, j) => a.map((row) => row[j]));
function* product(a: Rows, b: Rows): Work<Rows> {
  const columns = transposed(b);
  const rows: (readonly Bounds[])[] = [];
  for (const row of a) {
    yield;
    rows.push(columns.map((column) => scalarProduct(row, column)));
  }
  return rows;
}
function scalarProduct(a: readonly Bounds[], b: readonly Bounds[]): Bounds {
  let [low, high] = [0, 0];
  a.forEach((x, k) => {
    const [from, to] = times(x, b[k]);
    [low, high] = [addDown(low, from), -addDown(-high, -to)];
  });
  return [low, high];
}

/** An approximate inverse: whatever it is, what is proven with it holds. */
function* inverse(matrix: readonly (readonly number[])[]): Work<number[][]> {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let k = 0; k < n; k++) {
    yield;
    const rest = rows.slice(k).map((row) => Math.abs(row[k]));
    const pivot = k + rest.indexOf(Math.max(...rest));
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const head = rows[k][k];
    rows[k] = rows[k].map((x) => x / head);
    rows.forEach((row, i) => {
      if (i !== k) rows[i] = row.map((x, j) => x - row[k] * rows[k][j]);
    });
  }
  return rows.map((row) => row.slice(n));
}

/** The most parts of all fields together. */
const MOST_FIELDS = 50_000_000;

/** A unit that jumps, where it is, and what holds it there. */
export interface Field {
  readonly neuron: Neuron;
  readonly at: number;
  readonly free: boolean;
  readonly field: Bounds;
  readonly state: number;
  readonly low: number;
  readonly high: number;
}

/** The field of every unit of the layers that jump, `(E(low) − E(high)) / (high − low)`. */
export function* fieldsAt(space: Space, states: ByLayer): Work<Field[]> {
  const before = partsMade();
  const { layers, units } = sceneAt(space, pointsOf(states, "states"));
  const parts = (partsMade() - before) * units.length;
  demand(
    parts < MOST_FIELDS,
    `${units.length} units of this energy have too many fields to look at`,
  );
  const fields: Field[] = [];
  for (const { neuron, at: i, free } of units) {
    if (!flips(space, neuron)) continue;
    yield;
    const [low, high] = levels(space, neuron);
    const [below, above] = [low, high].map((x) => {
      const moved = layers.get(neuron.activation)!.with(i, constant(at(x)));
      beginLook();
      const there = new Calculation(space, new Map([...layers, [neuron.activation, moved]]));
      return add(space.graph.terms.flatMap(({ energy }) => there.all(energy, []))).bounds;
    });
    const field = over(plus(below, minus(above)), plus(at(high), at(-low)));
    const state = entryOf(states, "states")(neuron, i);
    demand(
      state === low || state === high,
      `${neuron.name}[${i}] is ${state}: expected ${low} or ${high}`,
    );
    fields.push({ neuron, at: i, free, field, state, low, high });
  }
  return fields;
}

/** The two values of a unit that jumps: its activation at −1 and at 1. */
function levels(space: Space, { state, lagrangian }: Neuron): number[] {
  const count = state.axes.reduce((total, dim) => total * sizeOfDim(dim, space), 1);
  return [-1, 1].map((x) => {
    const units = Array.from({ length: count }, () => value("unit", [], at(x), 0, true));
    const [potential] = new Calculation(space, new Map([[state, units]])).all(lagrangian, []);
    return slopesOf(potential, units)[0].bounds[0];
  });
}

/** Each unit is where its field holds it. */
function* bits(space: Space, end: ByLayer, fields: ByLayer<Bounds>): Work<string> {
  const units = yield* fieldsAt(space, end);
  for (const { neuron, at: i, free, field, state, low } of units) {
    const told = fields[neuron.name]?.[i];
    isInside(field, told, `the field of ${neuron.name}[${i}]`);
    const holds = state === low ? told[1] <= 0 : told[0] >= 0;
    demand(
      !free || holds,
      `${neuron.name}[${i}] is ${state}, and its field [${told.join(", ")}] does not hold it there`,
    );
  }
  return `no flip of one of ${units.filter(({ free }) => free).length} units lowers the energy`;
}

/** Each state follows from the one before, and the first from the last. */
function* cycle(space: Space, end: ByLayer, { states, fields }: CycleEvidence): Work<string> {
  demand(
    states.length > 1 && fields.length === states.length,
    "a cycle has two states or more, each with fields",
  );
  demand(
    JSON.stringify(states[0]) === JSON.stringify(end),
    "the cycle begins at the end of the recall",
  );
  let moved = false;
  for (const [k, state] of states.entries()) {
    const next = entryOf(states[(k + 1) % states.length], "states");
    const units = yield* fieldsAt(space, state);
    for (const { neuron, at: i, free, field, state: now, low, high } of units) {
      const told = fields[k][neuron.name]?.[i];
      isInside(field, told, `state ${k}: the field of ${neuron.name}[${i}]`);
      const sign =
        told[0] > 0 ? high : told[1] < 0 ? low : told[0] === 0 && told[1] === 0 ? now : Number.NaN;
      const to = free ? sign : now;
      demand(
        next(neuron, i) === to,
        `state ${k}: ${neuron.name}[${i}] goes to ${to}, not to ${next(neuron, i)}`,
      );
      moved ||= to !== now;
    }
  }
  demand(moved, "nothing moves in this cycle");
  return `all units at once go through ${states.length} states and come back`;
}

/** What evidence shows, as a sentence; it throws where it shows nothing. */
export function* checkEvidence(space: Space, end: ByLayer, evidence: Evidence): Work<string> {
  const driven =
    evidence.kind !== "falling energy" && drivenBy(space.graph, space.recall).length > 0;
  demand(!driven, "a drive moves this recall, so that no energy tells where it rests");
  switch (evidence.kind) {
    case "rest point":
      return yield* restPoint(space, end, evidence);
    case "bits":
      return yield* bits(space, end, evidence.fields);
    case "cycle":
      return yield* cycle(space, end, evidence);
    case "falling energy": {
      const { steps, states, energies } = evidence;
      for (const [k, state] of states.entries()) {
        yield;
        isInside(
          sceneAt(space, pointsOf(state, "states")).energy.bounds,
          energies[k],
          `the energy at step ${steps[k]}`,
        );
        demand(
          k === 0 || energies[k][1] < energies[k - 1][0],
          `the energy does not fall from step ${steps[k - 1]} to ${steps[k]}`,
        );
        demand(
          k === 0 ? steps[0] === 0 : steps[k] > steps[k - 1],
          `step ${steps[k]} does not come after the one before`,
        );
      }
      demand(JSON.stringify(states.at(-1)) === JSON.stringify(end), "the last state is the end");
      return `the energy fell at each of ${steps.length - 1} kept steps, by more than rounding`;
    }
    case "clipped": {
      demand(evidence.flat.length > 0, "expected pairs of an energy and a layer, found none");
      const { layers, calculation } = sceneAt(space, pointsOf(end, "end"));
      for (const [name, layer] of evidence.flat) {
        const neuron = space.graph.neurons.find((one) => one.name === layer);
        const term = space.graph.terms.find((one) => one.name === name);
        demand(
          neuron !== undefined && term !== undefined,
          `there is no energy "${name}" over a layer "${layer}"`,
        );
        const flat = slopesOf(calculation.all(term.energy, [])[0], layers.get(neuron.activation)!);
        demand(
          flat.every(({ bounds: [a, b] }) => a === 0 && b === 0),
          `"${name}" is not flat in "${layer}"`,
        );
      }
      return `the slope of ${evidence.flat.map(([name]) => name).join(", ")} is exactly 0 there`;
    }
    case "random features": {
      yield;
      const { clipped, noise, deviation } = featuresAt(space, end, evidence);
      const what = `"${evidence.energy}" over "${evidence.rows}"`;
      demand(clipped === evidence.clipped, `${what}: expected clipped to be ${clipped}`);
      if (noise === null || deviation === null) return `${what} holds its floor there`;
      isInside(noise, evidence.noise, `the noise of ${what}`);
      isInside(deviation, evidence.deviation, `the deviation of ${what}`);
      return `rows of ${what} leave the energy a standard deviation of ${evidence.deviation[1]}, and their sum ${evidence.noise[1]} of itself`;
    }
    default:
      throw new Refused(`expected a kind of evidence, found ${JSON.stringify(evidence)}`);
  }
}

/**
 * Checks all that a certificate claims, from the model alone. Its work is in parts, between which others
 * may have their turn: `inTurns` and `atOnce` of `@hamlet/core` do it.
 *
 * A rest point by Krawczyk's test: with `F = ∂E/∂x̂`, its Jacobian `J` over the box and `Y ≈ J⁻¹`, no
 * unit leaves its radius under `Y F(centre) + (I − Y J)(box − centre)`, so that exactly one zero of F is inside.
 * @see Krawczyk, "Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken", 1969.
 */
export function* verifyCertificate(
  certificate: RecallCertificate,
  model: CertifiedModel,
): Work<Verdict> {
  const findings = new Findings();
  const { graph, entries } = model;
  yield* findings.ofAny(certificate, { graph, kind: "recall", arrays: entries });
  yield* findings.attempt("recall", function* () {
    const recall = graph.recalls.find(({ name }) => name === certificate.recall);
    demand(recall !== undefined, `there is no recall "${certificate.recall}"`);
    for (const [b, example] of certificate.examples.entries()) {
      const space = spaceOf(model, recall, b);
      for (const [what, check] of checksOf(space, example)) {
        yield* findings.attempt(`example ${b}, ${what}`, check);
      }
    }
    return recall.name;
  });
  return findings.verdict;
}

/** What an energy reads in one example of a recall. */
export function spaceOf(
  { graph, sizes, entries }: CertifiedModel,
  recall: Recall,
  b: number,
): Space {
  const own = [...entries].map(([tensor, { shape, data }]): [Tensor, ArrayLike<number>] => {
    const count = data.length / shape[0];
    const isOne = tensor.kind === "given";
    return [tensor, isOne ? Array.from(data).slice(b * count, (b + 1) * count) : data];
  });
  return { graph, recall, sizes, tensors: new Map(own) };
}

/** What is checked of one example, by name. */
function* checksOf(
  space: Space,
  { end, energy, evidence }: CertifiedExample,
): Generator<readonly [what: string, check: () => string | Work<string>]> {
  if (end === null) return;
  if (energy !== null) {
    yield ["energy", () => energyLies(space, end, energy)];
  }
  for (const one of evidence) yield [one.kind, () => checkEvidence(space, end, one)];
}
function energyLies(space: Space, end: ByLayer, told: Bounds): string {
  isInside(sceneAt(space, pointsOf(end, "end")).energy.bounds, told, "the energy of the end");
  return `between ${told[0]} and ${told[1]}`;
}
