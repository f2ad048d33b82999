// One step of a recall, and the way back through it.

import {
  type EnergyGraph,
  type Expr,
  get,
  makeTensor,
  mul,
  select,
  type Tensor,
} from "@hamlet/graph";
import type { Write } from "../solvers/trace.ts";
import type { Call, Flow } from "./flow.ts";
import { entrywise, type Layers, makeLayers, weighted } from "./layers.ts";
import type { Tableau } from "./tableau.ts";

/** How steps are made. */
export interface Stepping {
  readonly tableau: Tableau;
  readonly dt: number;
  /** How far the schedule's time moves in one step. */
  readonly timeStep: number;
}

/** A formula and what it reads. */
interface Formula {
  readonly writes: readonly Write[];
  readonly read: readonly Tensor[];
}

const at = (time: number, part: number, timeStep: number) => Math.min(1, time + part * timeStep);

/**
 * Steps between registers, one after the other: forwards they move `states`, backwards `cotangent`.
 * With `more`, further inputs of the graph.
 */
export class Stepper<Value, Given> {
  readonly states: Layers;
  readonly cotangent: Layers;
  /** 1 for examples that make a step, 0 for those that have stopped. */
  readonly moves = makeTensor("moves", "state");
  readonly stepping: Stepping;
  readonly #flow: Flow<Value, Given>;
  readonly #more: readonly Tensor[];
  /** By stage of the tableau: where the velocity is asked for, what it is, and their cotangents. */
  readonly #points: readonly Layers[];
  readonly #slopes: readonly Layers[];
  readonly #before: readonly Layers[];
  readonly #pulled: readonly Layers[];
  /** The points, but for the first, which are the states. */
  readonly #toPoints: readonly Formula[];
  readonly #ends: readonly Formula[];
  readonly #toBefore: readonly (readonly Formula[])[];
  readonly #start: Formula;

  constructor(
    flow: Flow<Value, Given>,
    graph: EnergyGraph,
    stepping: Stepping,
    more: readonly Tensor[] = [],
  ) {
    const { tableau, dt } = stepping;
    const { a, b } = tableau;
    const some = (name: string) => a.map((_, i) => makeLayers(graph, `${name} ${i}`));
    this.stepping = stepping;
    this.#flow = flow;
    this.#more = more;
    const states = makeLayers(graph, "state");
    const cotangent = makeLayers(graph, "cotangent");
    const [points, slopes] = [some("point").with(0, states), some("slope")];
    const [before, pulled] = [some("before"), some("pulled")];
    this.states = states;
    this.cotangent = cotangent;
    this.#points = points;
    this.#slopes = slopes;
    this.#before = before;
    this.#pulled = pulled;
    const along = (read: (layers: Layers) => Expr, row: readonly number[]) =>
      weighted([[1, read(states)], ...row.map((w, j) => [dt * w, read(slopes[j])] as const)]);
    this.#toPoints = points.map((point, i) => ({
      writes: entrywise(point, (read) => along(read, a[i])),
      read: [...states, ...used(slopes, a[i])],
    }));
    this.#ends = [false, true].map((isMasked) => ({
      writes: entrywise(states, (read) => {
        const end = along(read, b);
        return isMasked ? select(get(this.moves), end, read(states)) : end;
      }),
      read: [...states, ...used(slopes, b), ...(isMasked ? [this.moves] : [])],
    }));
    // k̄ᵢ = dt (bᵢ λ + Σⱼ aⱼᵢ X̄ⱼ); examples that have stopped pass their cotangent on.
    this.#toBefore = [false, true].map((isMasked) =>
      before.map((own, i) => {
        const later = a.map((row) => row[i] ?? 0);
        return {
          writes: entrywise(own, (read) => {
            const end = isMasked ? mul(get(this.moves), read(cotangent)) : read(cotangent);
            const others = later.map((w, j) => [dt * w, read(pulled[j])] as const);
            return weighted([[dt * b[i], end], ...others]);
          }),
          read: [...cotangent, ...used(pulled, later), ...(isMasked ? [this.moves] : [])],
        };
      }),
    );
    this.#start = {
      writes: entrywise(cotangent, (read) =>
        weighted([cotangent, ...pulled].map((layers) => [1, read(layers)] as const)),
      ),
      read: [...cotangent, ...pulled.flat()],
    };
  }

  /** One step of all examples, or of those that `moves` says, from a time of the schedule on. */
  advance(time: number, moves: ArrayLike<number> | null = null): void {
    const { toPoints, velocities, ends } = this.#calls;
    velocities.forEach((velocity, i) => {
      if (i > 0) toPoints[i]();
      velocity(this.#timeOf(time, i));
    });
    if (moves !== null) this.#flow.fill(this.moves, moves);
    ends(moves !== null)();
  }

  /**
   * Pulls the cotangent of the states after a step back to that of `states`: with
   * `x' = x + dt Σᵢ bᵢ f(Xᵢ)` it is `λ + Σᵢ X̄ᵢ`, where `X̄ᵢ = (∂f/∂x at Xᵢ)ᵀ k̄ᵢ` and
   * `k̄ᵢ = dt (bᵢ λ + Σⱼ aⱼᵢ X̄ⱼ)`. Slopes by params are added up.
   */
  retreat(time: number, moves: ArrayLike<number> | null = null): void {
    const { toPoints, velocities, toBefore, pulls, start } = this.#calls;
    // The way back starts from no velocity of the last stage.
    velocities.slice(0, -1).forEach((velocity, i) => {
      velocity(this.#timeOf(time, i));
      toPoints[i + 1]();
    });
    if (moves !== null) this.#flow.fill(this.moves, moves);
    for (let i = this.#points.length - 1; i >= 0; i--) {
      toBefore(moves !== null, i)();
      pulls(i)(this.#timeOf(time, i));
    }
    start()();
  }

  #timeOf(time: number, stage: number): number {
    const { tableau, timeStep } = this.stepping;
    return at(time, tableau.c[stage], timeStep);
  }

  get #calls() {
    return this.#flow.wired(this, () => {
      const flow = this.#flow;
      const formula = ({ writes, read }: Formula) => flow.compute(writes, read);
      return {
        velocities: this.#points.map((point, i) =>
          flow.velocity(point, this.#slopes[i], this.#more),
        ),
        toPoints: this.#toPoints.map((one, i) => (i === 0 ? () => undefined : formula(one))),
        ends: once((isMasked: boolean) => formula(this.#ends[Number(isMasked)])),
        toBefore: once((isMasked: boolean, i: number) =>
          formula(this.#toBefore[Number(isMasked)][i]),
        ),
        pulls: once((i: number) =>
          flow.pullVelocity(this.#points[i], this.#before[i], this.#pulled[i]),
        ),
        start: once(() => formula(this.#start)),
      };
    });
  }
}

const used = (layers: readonly Layers[], weights: readonly number[]): Tensor[] =>
  weights.flatMap((weight, j) => (weight === 0 ? [] : layers[j]));

/** A call that is wired when it is first asked for. */
function once<Args extends readonly (boolean | number)[]>(
  wire: (...args: Args) => Call,
): (...args: Args) => Call {
  const known = new Map<string, Call>();
  return (...args) => {
    const name = args.join();
    const call = known.get(name) ?? wire(...args);
    known.set(name, call);
    return call;
  };
}
