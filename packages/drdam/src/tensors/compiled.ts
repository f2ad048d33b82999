// Kernel sums and distributed memories as plans on compiled code: float32, and nothing in between
// that is as long as the rows.
//
// Rows that are stored are an input of the plan. Those of fast transforms have no form in a graph:
// phases are made before it, and what it says of them is taken back behind it.

import {
  makeProgram,
  type Program,
  simd,
  type SimdArray,
  StructuredRows,
  TransformedRows,
  type Work,
} from "@hamlet/core";
import type { Tensor } from "@hamlet/graph";
import type { Features } from "../features/features.ts";
import {
  featureSums,
  HALVES,
  KERNEL_SUM,
  kernelSumOfPhases,
  kernelSumOfStates,
  type PlannedEnergy,
  slopeOf,
} from "./energies.ts";

type Given = ArrayLike<number> | SimdArray;
type OnSimd = Program<SimdArray, Given>;

/** Entries of phases that are worked on at a time: 16 MB. */
const AT_ONCE = 2 ** 22;
/**
 * What storing does between two turns of others: so many multiply-adds, where an entry of a feature counts
 * as 32.
 */
const MULTIPLY_ADDS = 2 ** 28;

/** Kernel sums of sine-cosine or positive features. Holds the rows until it is disposed. */
export class CompiledFeatures {
  /** What was taken in last; null before. */
  memory: ArrayLike<number> | null = null;
  readonly #features: Features;
  readonly #transforms: TransformedRows | null;
  readonly #sum: PlannedEnergy;
  readonly #program: OnSimd;

  constructor(features: Features) {
    const { description, projection } = features;
    this.#features = features;
    this.#transforms = projection instanceof StructuredRows ? TransformedRows.of(projection) : null;
    this.#sum =
      this.#transforms === null
        ? kernelSumOfStates(description)
        : kernelSumOfPhases(description, this.#transforms.rows);
    this.#program = makeProgram(this.#sum.plan, { target: simd });
    const { omega } = this.#sum.data;
    this.#program.bind("load", new Map(omega && [[omega, projection.matrix()]]));
  }

  /** Takes in the memory `T`, `[2Y]`. */
  load(T: ArrayLike<number>): void {
    const { Y } = this.#features.description;
    const rows = this.#transforms?.rows ?? Y;
    const halves = HALVES.map((name, half): [Tensor, Float32Array] => {
      const own = new Float32Array(rows);
      for (let y = 0; y < Y; y++) own[y] = T[half * Y + y];
      return [this.#sum.data[name], own];
    });
    this.#program.bind("param", new Map(halves));
    this.memory = T;
  }

  /** The kernel sums `⟨Φ(x), T⟩`, `[B]`, of states `[B, D]`; writes their derivatives, `[B, D]`. */
  kernelSums(states: Float32Array, gradients: Float64Array): Float64Array {
    const { D } = this.#features.description;
    const B = states.length / D;
    const sums = new Float64Array(B);
    const rows = this.#transforms?.rows;
    const atOnce = rows === undefined ? B : Math.max(1, Math.floor(AT_ONCE / rows));
    for (let from = 0; from < B; from += atOnce) {
      const some = states.subarray(from * D, (from + atOnce) * D);
      const into = gradients.subarray(from * D, (from + atOnce) * D);
      sums.set(
        this.#transforms === null
          ? this.#ofStates(some, into)
          : this.#ofPhases(this.#transforms, some, into),
        from,
      );
    }
    return sums;
  }

  dispose(): void {
    this.#program.dispose();
    this.#transforms?.dispose();
  }

  #ofStates(states: Float32Array, gradients: Float64Array): Float32Array {
    const given = new Map([[this.#sum.states["v"], states]]);
    return this.#step(given, states.length / this.#features.description.D, (of) => {
      gradients.set(of("v").data);
    });
  }

  #ofPhases(
    transforms: TransformedRows,
    states: Float32Array,
    gradients: Float64Array,
  ): Float32Array {
    const { D, beta } = this.#features.description;
    const sharpness = Math.sqrt(beta);
    const phases = transforms.project(states, sharpness);
    const given = new Map<Tensor, Given>([[this.#sum.states["phases"], phases]]);
    const { shift } = this.#sum.states;
    const B = states.length / D;
    if (shift !== undefined) {
      const squares = new Float32Array(B);
      states.forEach((x, i) => (squares[Math.floor(i / D)] += beta * x * x));
      given.set(shift, squares);
    }
    try {
      return this.#step(given, B, (of) => {
        const along = transforms.collect(of("phases"));
        const pull = shift === undefined ? null : of("shift").data;
        for (let i = 0; i < along.length; i++) {
          const pulled = pull === null ? 0 : 2 * beta * states[i] * pull[Math.floor(i / D)];
          gradients[i] = sharpness * along[i] + pulled;
        }
      });
    } finally {
      phases.free();
    }
  }

  /** The kernel sums of a step; `use` gets the slopes by the states, for a moment. */
  #step(
    given: ReadonlyMap<Tensor, Given>,
    batch: number,
    use: (slope: (state: string) => SimdArray) => void,
  ): Float32Array {
    const results = this.#program.step(given, { batch });
    try {
      use((state) => results.get(slopeOf(state))!);
      return results.get(KERNEL_SUM)!.data.slice();
    } finally {
      for (const value of results.values()) value.free();
    }
  }
}

/**
 * The distributed memory of patterns `[K, D]`, `[2Y]`, of rows that are stored, which are taken some
 * at a time: what is a state elsewhere is a row here. Yields between those.
 */
export function* distributed(features: Features, patterns: Float32Array): Work<Float32Array> {
  const { D, Y } = features.description;
  const K = patterns.length / D;
  const { plan, states, data } = featureSums(features.description, K);
  const program: OnSimd = makeProgram(plan, { target: simd });
  const T = new Float32Array(2 * Y);
  try {
    program.bind("load", new Map([[data["xi"], patterns]]));
    const rows = features.projection.matrix();
    const most = Math.ceil(Math.min(4096, MULTIPLY_ADDS / (K * (D + 32))));
    // Products take rows six at a time.
    const atOnce = most - (most < 6 ? 0 : most % 6);
    for (let from = 0; from < Y; from += atOnce) {
      yield;
      const some = rows.subarray(from * D, Math.min(Y, from + atOnce) * D);
      const sums = program.step(new Map([[states["omega"], some]]), { batch: some.length / D });
      HALVES.forEach((name, half) => T.set(sums.get(name)!.data, half * Y + from));
      for (const value of sums.values()) value.free();
    }
    return T;
  } finally {
    program.dispose();
  }
}
