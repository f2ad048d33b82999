// The certificate of a recall: evidence is looked for in float64 and kept where the checker accepts
// it. So nothing is claimed that it would refuse, and what it refuses is told with its reason.

import { inTurns, makeTurn, type StopOptions, type Turn, type Work } from "@hamlet/core";
import {
  drivenBy,
  eachPart,
  type EnergyGraph,
  type Expr,
  modelId,
  type Neuron,
  type Recall,
  tensorsIn,
} from "@hamlet/graph";
import {
  type CompiledRecall,
  directionsAt,
  type Landscape,
  makeLandscape,
  type Outcome,
  type Place,
  type RecallOptions,
  type RecallResult,
  refine,
  type StateVector,
} from "@hamlet/ham";
import {
  type BitsEvidence,
  type Bounds,
  type ByLayer,
  CERTIFICATE_VERSION,
  type CertifiedExample,
  type CycleEvidence,
  type Evidence,
  type FeaturesEvidence,
  type RecallCertificate,
  type RestPointEvidence,
} from "./certificate.ts";
import type { Space } from "./check/calculation.ts";
import { featuresAt, sumsIn } from "./check/features.ts";
import { type CertifiedModel, hashesOf, sealOf } from "./check/findings.ts";
import { pointsOf, sceneAt } from "./check/scene.ts";
import { boxOf, checkEvidence, type Field, fieldsAt, isStraight, spaceOf } from "./check/verify.ts";

/** The most units of a model of which rest points are certified: the work grows with their cube. */
export const CERTIFIED_UNITS = 256;

/** Makes the certificate of a recall that has ended. */
export async function certify(
  model: CertifiedModel,
  recall: Recall,
  result: RecallResult,
  again: { readonly compiled: CompiledRecall; readonly options: RecallOptions },
): Promise<RecallCertificate> {
  const turn = makeTurn(again.options.signal);
  const ends = await endsOf(result.states, result.batch);
  const paths = await pathsOf(again, result.outcomes, turn);
  const examples: CertifiedExample[] = [];
  for (const [b, outcome] of result.outcomes.entries()) {
    const work = certified(spaceOf(model, recall, b), outcome, ends[b], paths[b]);
    examples.push(await inTurns(work, turn));
  }
  const certificate = {
    certificate: CERTIFICATE_VERSION,
    kind: "recall",
    model: modelId(model.graph),
    inputs: hashesOf(model.entries),
    recall: recall.name,
    examples,
  } as const;
  return { ...certificate, seal: sealOf(certificate) };
}

/** States that were passed, with their steps. */
type Path = readonly { readonly step: number; readonly states: ByLayer }[];

function* certified(
  space: Space,
  outcome: Outcome,
  end: ByLayer,
  path: Path,
): Work<CertifiedExample> {
  const { ending, steps } = outcome;
  const told = { ending, steps };
  const isFinite = Object.values(end).every((layer) => layer.every(Number.isFinite));
  if (!isFinite) {
    const uncertified = ["the recall ended in what is no number, of which nothing can be shown"];
    return { told, end: null, energy: null, evidence: [], uncertified };
  }
  const finder = new Finder(space, end);
  const energy = yield* finder.tried("the energy of the end", () => boundsOf(space, end));
  for (const features of featuresIn(space.graph)) yield* finder.features(features);
  if (outcome.noisy) finder.give("a rest: noise moved units to the end");
  else if (space.recall.schedules.length > 0) finder.give("a rest: the energy changes with time");
  else if (drivenBy(space.graph, space.recall).length > 0) {
    finder.give("a rest: a drive moves it, of which no energy tells");
  } else {
    if (outcome.clips.length > 0) yield* finder.clipped(outcome);
    else if (space.graph.neurons.some((neuron) => moves(space, neuron, "binary")))
      yield* finder.bits(outcome);
    else yield* finder.restPoint();
    yield* finder.falling([...path, { step: steps, states: end }]);
  }
  const { evidence, uncertified } = finder;
  return { told, end, energy, evidence, uncertified };
}

/** Logarithms of sums over rows that were drawn: in the file, or before a memory was stored in one. */
function featuresIn({ terms }: EnergyGraph): Pick<FeaturesEvidence, "energy" | "rows">[] {
  return terms.flatMap(({ name, energy }) => {
    const logs = partsOf(energy).filter((part) => part.kind === "apply" && part.op === "log");
    const sums = logs
      .flatMap(sumsIn)
      .filter(({ body, over: [{ dim }] }) =>
        [...tensorsIn([body])].some(
          ({ axes, source }) =>
            axes.includes(dim) &&
            (source?.from === "draw" || (source?.from === "file" && source.key === "omega")),
        ),
      );
    return [...new Set(sums)].map(({ over: [{ dim }] }) => ({ energy: name, rows: dim.name }));
  });
}
function partsOf(expr: Expr): Expr[] {
  const parts: Expr[] = [];
  eachPart([expr], (part) => void parts.push(part));
  return parts;
}

const moves = ({ recall }: Space, neuron: Neuron, kind: Neuron["kind"]): boolean =>
  neuron.kind === kind &&
  !recall.clamps.some((clamp) => clamp.neuron === neuron && clamp.where === null);

function boundsOf(space: Space, states: ByLayer): Bounds {
  const { bounds } = sceneAt(space, pointsOf(states, "states")).energy;
  if (bounds.every(Number.isFinite)) return bounds;
  throw new RangeError("its bounds are not finite");
}

/** Looks for evidence of one example. */
class Finder {
  readonly evidence: Evidence[] = [];
  readonly uncertified: string[] = [];
  readonly #space: Space;
  readonly #end: ByLayer;

  constructor(space: Space, end: ByLayer) {
    this.#space = space;
    this.#end = end;
  }

  give(reason: string): void {
    this.uncertified.push(reason);
  }

  *tried<T extends object>(what: string, find: () => T | Work<T>): Work<T | null> {
    yield;
    try {
      const found = find();
      return "next" in found ? yield* found : found;
    } catch (error) {
      this.give(`${what}: ${(error as Error).message}`);
      return null;
    }
  }

  /** Keeps evidence that the checker accepts; else says why it does not. */
  *#keep(evidence: Evidence): Work<string | null> {
    try {
      yield* checkEvidence(this.#space, this.#end, evidence);
      this.evidence.push(evidence);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  *#keepOrGive(evidence: Evidence | null): Work<void> {
    const why = evidence === null ? null : yield* this.#keep(evidence);
    if (why !== null) this.give(`${evidence!.kind}: ${why}`);
  }

  *features(which: Pick<FeaturesEvidence, "energy" | "rows">): Work<void> {
    const found = yield* this.tried("random features", () =>
      featuresAt(this.#space, this.#end, which),
    );
    const evidence = found && { kind: "random features" as const, ...which, ...found };
    yield* this.#keepOrGive(evidence);
  }

  *clipped({ clips }: Outcome): Work<void> {
    const pairs = new Map(
      clips.map(({ energy, neuron }) => [`${energy} ${neuron}`, [energy, neuron] as const]),
    );
    yield* this.#keepOrGive({ kind: "clipped", flat: [...pairs.values()] });
  }

  *bits({ ending, period }: Outcome): Work<void> {
    const [space, end] = [this.#space, this.#end];
    const found: Evidence | null =
      ending === "cycle"
        ? yield* this.tried("cycle", () => cycleFrom(space, end, period!))
        : yield* this.tried("bits", () => bitsAt(space, end));
    yield* this.#keepOrGive(found);
  }

  *restPoint(): Work<void> {
    const found = yield* searchNear(this.#space, this.#end);
    if (typeof found === "string") this.give(`rest point: ${found}`);
    else this.evidence.push(found);
  }

  /** Of states on the way, those whose energies lie surely below the ones before. */
  *falling(path: Path): Work<void> {
    const known = yield* this.tried("falling energy", () => energiesOf(this.#space, path));
    if (known === null) return;
    const last = known.at(-1)!;
    const kept: Known[] = [];
    for (const one of known.slice(0, -1)) {
      const isBelow = kept.length === 0 || one.energy[1] < kept.at(-1)!.energy[0];
      if (isBelow && last.energy[1] < one.energy[0] && one.step < last.step) kept.push(one);
    }
    if (kept[0] !== known[0]) {
      return this.give(
        "falling energy: the end does not lie below the start by more than rounding",
      );
    }
    const all = [...kept, last];
    yield* this.#keepOrGive({
      kind: "falling energy",
      steps: all.map(({ step }) => step),
      states: all.map(({ states }) => states),
      energies: all.map(({ energy }) => energy),
    });
  }
}

/** A state that was passed, and the bounds of its energy. */
type Known = Path[number] & { readonly energy: Bounds };
function* energiesOf(space: Space, path: Path): Work<Known[]> {
  const known: Known[] = [];
  for (const one of path) {
    yield;
    known.push({ ...one, energy: boundsOf(space, one.states) });
  }
  return known;
}

/** Evidence of the rest point near a state, or why there is none. */
export function restPointNear(
  space: Space,
  end: ByLayer,
  { signal }: StopOptions = {},
): Promise<RestPointEvidence | string> {
  return inTurns(searchNear(space, end), makeTurn(signal));
}
function* searchNear(space: Space, end: ByLayer): Work<RestPointEvidence | string> {
  const landscape = makeLandscape(space.graph, { ...space, clamps: space.recall.clamps });
  const units = landscape.free.length;
  if (units > CERTIFIED_UNITS) {
    return `${units} units are more than the ${CERTIFIED_UNITS} that are looked at`;
  }
  const states = joined(landscape, end);
  const [{ place, residual }] = yield* refine(landscape, [states]);
  if (!place.states.every(Number.isFinite) || !(residual < 1e-6)) {
    return "no search from the end comes to one";
  }
  const { rates, rows: directions } = directionsAt(landscape, place);
  const centre = place.states.map((x, i) => (landscape.free[i] === 1 ? x : states[i]));
  let why = "";
  for (const radius of radiiAround(landscape, place, states)) {
    const far = radius.map((r, i) => r + Math.abs(states[i] - centre[i]));
    const evidence: RestPointEvidence = {
      kind: "rest point",
      centre: byLayer(landscape, centre),
      radius: byLayer(landscape, radius),
      index: rates.filter((rate) => rate < 0).length,
      directions,
      distance: far.reduce((sum, part) => sum + part, 0),
    };
    try {
      yield* checkEvidence(space, end, evidence);
      const box = sceneAt(space, boxOf(evidence));
      return (yield* isStraight(box)) ? { ...evidence, exact: true } : evidence;
    } catch (error) {
      why = (error as Error).message;
    }
  }
  return why;
}

function* bitsAt(space: Space, states: ByLayer): Work<BitsEvidence> {
  return { kind: "bits", fields: byName(yield* fieldsAt(space, states)) };
}

/** The states when every unit obeys its field, again and again. */
function* cycleFrom(space: Space, end: ByLayer, period: number): Work<CycleEvidence> {
  const states = [end];
  const fields: ByLayer<Bounds>[] = [];
  for (;;) {
    const found = yield* fieldsAt(space, states.at(-1)!);
    fields.push(byName(found));
    if (states.length >= period) return { kind: "cycle", states, fields };
    states.push(follower(states.at(-1)!, found));
  }
}

function byName(found: readonly Field[]): ByLayer<Bounds> {
  const fields: Record<string, Bounds[]> = {};
  for (const { neuron, field } of found) (fields[neuron.name] ??= []).push(field);
  return fields;
}

/** The state when every unit obeys its field. */
function follower(states: ByLayer, fields: readonly Field[]): ByLayer {
  const next = Object.fromEntries(
    Object.entries(states).map(([name, layer]) => [name, [...layer]]),
  );
  for (const { neuron, at, free, field, low, high } of fields) {
    if (free && field[0] > 0) next[neuron.name][at] = high;
    if (free && field[1] < 0) next[neuron.name][at] = low;
  }
  return next;
}

/** Boxes to try: first one that holds the end, then ones that hold the rest point alone. */
function radiiAround({ free }: Landscape, { states }: Place, end: StateVector): StateVector[] {
  const wide = states.map((x, i) => 2 * Math.abs(x - end[i]) + 1e-9 * (1 + Math.abs(x)));
  const far = Math.max(...wide);
  const even = (size: number) => states.map((x) => size * (1 + Math.abs(x)));
  return [states.map(() => far), wide, even(1e-6), even(1e-8), even(1e-10), even(1e-12)].map(
    (radius) => radius.map((r, i) => free[i] * r),
  );
}

function joined({ neurons }: Landscape, layers: ByLayer): StateVector {
  return Float64Array.from(neurons.flatMap(({ name }) => layers[name]));
}

function byLayer({ neurons, offsets }: Landscape, vector: StateVector): ByLayer {
  return Object.fromEntries(
    neurons.map(({ name }, i) => [name, [...vector.subarray(offsets[i], offsets[i + 1])]]),
  );
}

/** The states of every example. */
async function endsOf(
  states: RecallResult["states"],
  batch: number,
): Promise<Record<string, number[]>[]> {
  const ends = Array.from({ length: batch }, (): Record<string, number[]> => ({}));
  for (const [{ name }, tensor] of states) {
    const data = await tensor.data();
    const count = data.length / batch;
    ends.forEach((end, b) => (end[name] = Array.from(data.slice(b * count, (b + 1) * count))));
  }
  return ends;
}

/** Runs once more and keeps the states at steps 0, 1, 2, 4, 8, … before each example ended. */
async function pathsOf(
  { compiled, options }: { readonly compiled: CompiledRecall; readonly options: RecallOptions },
  outcomes: readonly Outcome[],
  turn: Turn,
): Promise<Path[]> {
  const paths = outcomes.map((): { step: number; states: ByLayer }[] => []);
  const last = Math.max(...outcomes.map(({ steps }) => steps));
  let wanted = 0;
  for (const moment of compiled.descend(options)) {
    await turn();
    if (moment.step >= last) break;
    if (moment.step < wanted) continue;
    wanted = Math.max(1, 2 * moment.step);
    const now = await endsOf(moment.states, outcomes.length);
    now.forEach((states, b) => {
      if (moment.step < outcomes[b].steps) paths[b].push({ step: moment.step, states });
    });
  }
  return paths;
}
