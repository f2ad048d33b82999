// The lessons of the tour: what each begins with, what it asks for, and what solves it.

import type { Point, Scene } from "../play/scene.ts";
import { settle } from "../play/settle.ts";

/** A lesson. */
export interface Lesson {
  /** What the reader begins with. It does not pass the check. */
  readonly scene: Scene;
  /** The tests that the text shall pass, as they stand in a file. */
  readonly check: string;
  /** What solves it: parts of the text, and what takes their place. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

/** The text that solves a lesson. */
export function solutionOf({ scene, edits }: Lesson): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
    return text.replace(from, to);
  }, scene.text);
}

const SETTLE = settle(400);

const EUCLID = "energy memory = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2\n";

const PLANE = `dim D = 2, K

data xi: [K, D]
given query: [D]
`;

/** Two stars, and a ball between them. */
const TWO: Pick<Scene, "points" | "ball"> = {
  points: [
    [-1, 0.3],
    [1, -0.3],
  ],
  ball: [0.3, 0.9],
};

function lesson(
  text: string,
  check: string,
  edits: Lesson["edits"],
  place: Partial<Omit<Scene, "text">> = {},
): Lesson {
  const scene = { text: `ham 1\n\n${text}`, points: [], ball: [0.4, 0.3] as Point, span: 2 };
  return { scene: { ...scene, ...place }, check, edits };
}

/** Lessons by the last part of their address, in their order. */
export const LESSONS: Readonly<Record<string, Lesson>> = {
  "state-and-energy": lesson(
    `dim D = 2
given query: [D]

neuron v: [D] as identity { leak = off }

energy bowl = 1/2 * sum[i] v[i]^2
${SETTLE}`,
    `test "the ball rests at (1, 1)" {
  run settle
  expect abs(v[0] - 1) < 0.01
  expect abs(v[1] - 1) < 0.01
}`,
    [["v[i]^2", "(v[i] - 1)^2"]],
    { ball: [-1.2, 0.6] },
  ),
  "a-memory": lesson(
    `${PLANE}
neuron v: [D] as identity

energy memory = -1/2 * sum[m, i] xi[m, i] * v[i]
${SETTLE}`,
    `test "the ball rests at the star" {
  run settle
  expect close(v, xi[0, _], 0.01)
}`,
    [["-1/2 *", "-1 *"]],
    { points: [[1.2, 0.8]], ball: [-1.2, -0.4] },
  ),
  "two-memories": lesson(
    `const beta: real > 0 = 0.5
${PLANE}
neuron v: [D] as identity { leak = off }

${EUCLID}${SETTLE}`,
    `test "the ball rests at the star that is nearer to it" {
  run settle
  expect close(v, xi[1, _], 0.02)
}`,
    [["= 0.5", "= 5"]],
    TWO,
  ),
  mistakes: lesson(
    `const beta: real > 0 = 5
${PLANE}
neuron v: [D] as identity { leak = off }

energy memory = -1/beta * logsumexp[m] -bta/2 * sum[i] (v - xi[m, i])^2
${SETTLE}`,
    `test "the text can be read, and the ball rests at a star" {
  run settle
  expect converged
  expect close(v, xi[1, _], 0.02)
}`,
    [
      ["bta", "beta"],
      ["(v -", "(v[i] -"],
    ],
    TWO,
  ),
  lagrangians: lesson(
    `${PLANE}
neuron v: [D] as identity

@allow(unbounded_energy)
energy pairs = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
${SETTLE}`,
    `test "the recall comes to rest, and no activation is above 1" {
  run settle
  expect converged
  expect overlap(v, xi[0, _]) > 0.9
  expect max[i] abs(v[i]) <= 1
}`,
    [["as identity", "as tanh(beta = 3)"]],
    { points: [[1, 0.8]], ball: [0.4, -0.1], span: 3 },
  ),
  clamping: lesson(
    `const beta: real > 0 = 3
${PLANE}
neuron v: [D] as identity { leak = off }

${EUCLID}${SETTLE}`,
    `test "the first number stays as it was given, and the second finds its memory" {
  run settle
  expect converged
  expect abs(v[0] - query[0]) < 1e-6
  expect abs(v[1] - xi[1, 1]) < 0.1
}`,
    [["  start v = query\n", "  start v = query\n  clamp v[i] where i == 0\n"]],
    {
      points: [
        [-1, 1],
        [1, -1],
      ],
      ball: [0.7, 0.2],
    },
  ),
  "step-size": lesson(
    `const beta: real > 0 = 8
${PLANE}
neuron v: [D] as identity { leak = off }

${EUCLID}${settle(400, 2.2)}`,
    `test "it converges within twenty steps, and the energy never rises" {
  run settle
  expect converged
  expect steps < 20
  expect falling(energy)
}`,
    [["dt = 2.2", "dt = 0.9"]],
    {
      points: [
        [0, 1],
        [-0.87, -0.5],
        [0.87, -0.5],
      ],
      ball: [0.35, 0.2],
    },
  ),
  flips: lesson(
    `${PLANE}
neuron v: [D] as sign

energy pairs = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2

@allow(sync_may_cycle)
recall settle {
  start v = query
  solver = sync
  steps = 20
}
`,
    `test "it settles on the memory or on its negative" {
  run settle
  expect converged
  expect abs(overlap(v, xi[0, _])) > 0.99
}`,
    [["solver = sync", "solver = async"]],
    { points: [[1, -1]], ball: [0.8, 0.6] },
  ),
  capacity: lesson(
    `/// Fourteen patterns of 36 signs, drawn by chance.
dim N = 36, K = 14
const n: int > 0 = 2

param xi: sign[K, N] ~ bernoulli(0.5)

neuron v: [N] as sign

let agreement[m] = 1/N * sum[i] xi[m, i] * v[i]
energy memory = -N * sum[m] agreement[m]^n

recall settle {
  start v[i] = xi[0, i] * (1 - 2 * max[j: N where j == i] (j < 3))
  solver = async
  steps = 720
  stop when settled
}
`,
    `test "the first pattern comes back from three flipped signs" {
  run settle
  expect overlap(v, xi[0, _]) > 0.99
}`,
    [["= 2\n", "= 6\n"]],
  ),
  "two-layers": lesson(
    `/// Six lamps, and a layer that says which of three patterns they show.
dim D = 6, K = 3
const sharp: real > 0 = 0.5

data xi: [K, D] = [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]]

neuron lamps: [D] as identity
neuron which: [K] as softmax(beta = sharp)

energy agree = -sum[m, i] which[m] * xi[m, i] * lamps[i]

recall settle {
  start lamps[i] = 0.6 * xi[1, i] + 0.2 * xi[0, i]
  solver = euler(dt = 0.1)
  steps = 1000
  stop when change < 1e-5
}
`,
    `test "one pattern is named, and its lamps are on" {
  run settle
  expect max[m] which[m] > 0.95
  expect overlap(lamps, xi[1, _]) > 0.99
}`,
    [["= 0.5", "= 8"]],
  ),
  "random-features": lesson(
    `${PLANE}
neuron v: [D] as identity { leak = off }

connect memory: drdam(v, xi = xi, beta = 4, Y = 6)
${SETTLE}`,
    `test "the ball rests at its star, as it would with all patterns kept" {
  run settle
  expect converged
  expect close(v, xi[0, _], 0.12)
}`,
    [["Y = 6", "Y = 500"]],
    {
      points: [
        [1.1, 0.9],
        [-1.2, 0.7],
        [-0.3, -1.1],
      ],
      ball: [0.7, 0.3],
    },
  ),
  training: lesson(
    `/// W is learned: noisy pictures in, clean ones out.
dim D = 9, M = 6
param W: [D, M] ~ normal(0, 0.5)

given picture: [D] = [
  [1, 1, 1, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, 1, 1],
  [1, 0, 0, 1, 0, 0, 1, 0, 0],
  [0, 0, 1, 0, 0, 1, 0, 0, 1]
]
given noisy: [D] = [
  [0.8, 0.9, 0.4, 0.2, -0.1, 0.1, 0.2, -0.2, 0.1],
  [0.1, -0.2, 0.1, 0.2, 0.1, -0.1, 0.7, 1.2, 0.5],
  [0.9, 0.2, -0.1, 0.7, 0.1, 0.2, 0.6, -0.1, 0.2],
  [0.1, 0.2, 0.8, -0.2, 0.1, 1.1, 0.2, 0.1, 0.6]
]

neuron v: [D] as identity

energy memory = -1/8 * logsumexp[m] 8 * sum[i] W[i, m] * v[i]

recall clean {
  start v = noisy
  solver = euler(dt = 1)
  steps = 1
}

train learn {
  unroll = clean
  loss = mean[i] (v[i] - picture[i])^2
  optimiser = adam(lr = 0.001)
  batch = 4
  epochs = 150
}
`,
    `test "after the training every picture comes back clean" {
  run clean
  expect close(v, picture, 0.2)
}`,
    [["lr = 0.001", "lr = 0.05"]],
  ),
  cooling: lesson(
    `const beta: real > 0 = 20
${PLANE}
neuron v: [D] as identity { leak = off }

${EUCLID}
recall settle {
  start v = query
  solver = euler(dt = 0.05)
  steps = 400
}
`,
    `test "it ends on a pattern, and on one of the many" {
  run settle
  expect v[0] > 0.5
  expect min[m] sum[i] (v[i] - xi[m, i])^2 < 0.001
}`,
    [["  steps = 400\n", "  steps = 400\n  schedule beta = 0.1 * 1000^t\n"]],
    {
      points: [
        [-1.2, 0],
        [0.9, 0.9],
        [1.3, 0.1],
        [0.9, -0.8],
      ],
      ball: [-0.8, 0.2],
    },
  ),
  "your-own": lesson(
    `${PLANE}
neuron v: [D] as identity { leak = off }

/// Your formula of v and xi.
energy mine = sum[i] v[i]^2
${SETTLE}`,
    `test "what starts near the first star ends there" {
  feed query ~ normal(xi[0, _], 0.1)
  run settle
  expect converged
  expect close(v, xi[0, _], 0.05)
}

test "and so with the second" {
  feed query ~ normal(xi[1, _], 0.1)
  run settle
  expect converged
  expect close(v, xi[1, _], 0.05)
}`,
    [
      [
        "energy mine = sum[i] v[i]^2\n",
        "energy mine = -1/5 * logsumexp[m] -5/2 * sum[i] (v[i] - xi[m, i])^2\n",
      ],
    ],
    {
      points: [
        [-1, 0.8],
        [1.1, -0.5],
      ],
      ball: [-0.2, 0.9],
    },
  ),
};
