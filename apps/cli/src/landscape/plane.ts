// The plane that a landscape is drawn over: a layer of two units, or the plane of its memories.

/** States `origin + x u + y w`, with `u` and `w` of length 1 at right angles. */
export interface Plane {
  readonly origin: Float64Array;
  readonly u: Float64Array;
  readonly w: Float64Array;
}

/** The whole space of two units. */
export function wholePlane(): Plane {
  return {
    origin: Float64Array.of(0, 0),
    u: Float64Array.of(1, 0),
    w: Float64Array.of(0, 1),
  };
}

/** The plane through the mean of memories `[K, N]` along which they differ most (principal components). */
export function memoryPlane(memories: Float64Array, N: number): Plane {
  const K = memories.length / N;
  const origin = new Float64Array(N);
  memories.forEach((entry, i) => (origin[i % N] += entry / K));
  const centred = memories.map((entry, i) => entry - origin[i % N]);
  const u = component(centred, N, []);
  return { origin, u, w: component(centred, N, [u]) };
}

/** Where a state lies in the plane. */
export function onPlane({ origin, u, w }: Plane, state: ArrayLike<number>): [number, number] {
  let [x, y] = [0, 0];
  for (let d = 0; d < origin.length; d++) {
    x += (state[d] - origin[d]) * u[d];
    y += (state[d] - origin[d]) * w[d];
  }
  return [x, y];
}

/** A state of the plane. */
export function stateAt({ origin, u, w }: Plane, x: number, y: number): Float64Array {
  return origin.map((entry, d) => entry + x * u[d] + y * w[d]);
}

const ROUNDS = 300;

/** The direction of largest variance at right angles to those before, by power iteration. */
function component(
  centred: Float64Array,
  N: number,
  before: readonly Float64Array[],
): Float64Array {
  // Irregular, and another for each component: where two directions vary equally, one start leads to
  // one direction only.
  let direction = normalised(
    Float64Array.from({ length: N }, (_, d) => Math.sin((1 + before.length) * (1 + d))),
    before,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(N);
    for (let at = 0; at < centred.length; at += N) {
      let overlap = 0;
      for (let d = 0; d < N; d++) overlap += centred[at + d] * direction[d];
      for (let d = 0; d < N; d++) next[d] += overlap * centred[at + d];
    }
    // Memories on a line leave any direction at right angles to it.
    if (Math.hypot(...next) < 1e-12) break;
    direction = normalised(next, before);
  }
  return direction;
}

function normalised(vector: Float64Array, before: readonly Float64Array[]): Float64Array {
  const rest = vector.slice();
  for (const other of before) {
    const overlap = rest.reduce((sum, entry, d) => sum + entry * other[d], 0);
    for (let d = 0; d < rest.length; d++) rest[d] -= overlap * other[d];
  }
  const length = Math.sqrt(rest.reduce((sum, entry) => sum + entry * entry, 0));
  return rest.map((entry) => entry / length);
}
