// What the page can start with.

import type { Scene } from "./scene.ts";
import { settle } from "./settle.ts";

const RECALL = settle(200);

const FIVE = [
  [1.1, 0.9],
  [-1.2, 0.7],
  [-0.6, -1.1],
  [0.9, -0.8],
  [0, 0.1],
] as const;

/**
 * Of three places on a circle, exactly: the fourth valley, from beta = 1.8304 to 2, is so shallow that
 * two digits of it lose it.
 */
const HEIGHT = Math.sqrt(3) / 2;

/** Scenes by their names. */
export const PRESETS: Readonly<Record<string, Scene>> = {
  "Three memories": {
    text: `ham 1

/// Drag a star, then the ball. Turn beta: when do the valleys become one?

dim D = 2, K
const beta: real > 0 = 8

data xi: [K, D]
given query: [D]

neuron v: [D] as identity { leak = off }

energy memory = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2
${RECALL}`,
    points: [
      [0, 1],
      [-HEIGHT, -0.5],
      [HEIGHT, -0.5],
    ],
    ball: [0.35, 0.2],
    span: 2,
  },
  "Modern Hopfield": {
    text: `ham 1

/// The dot product instead of the distance: long memories win.

dim D = 2, K
const beta: real > 0 = 3

data xi: [K, D]
given query: [D]

neuron v: [D] as identity

energy memory = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
${RECALL}`,
    points: FIVE,
    ball: [0.3, 1.2],
    span: 2,
  },
  "Classical Hopfield": {
    text: `ham 1

/// Two tanh units and the quadratic energy of 1984. The opposite of a memory is a minimum too.
/// The picture shows states: what the energy compares with the memory is their tanh.

dim D = 2, K
const gain: real > 0 = 3

data xi: [K, D]
given query: [D]

neuron v: [D] as tanh(beta = gain)

energy pairs = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
${RECALL}`,
    points: [[1, 0.8]],
    ball: [-0.1, 0.5],
    span: 3,
  },
  "Binary units": {
    text: `ham 1

/// Two units that are -1 or 1. Nothing rolls: a unit flips when that lowers the energy.

dim D = 2, K

data xi: [K, D]
given query: [D]

neuron v: [D] as sign

energy pairs = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2

recall settle {
  start v = query
  solver = async
  steps = 20
}
`,
    points: [[1, -1]],
    ball: [0.8, 0.6],
    span: 2,
  },
  "A formula of your own": {
    text: `ham 1

/// No memories at all: any formula of v is a landscape.

dim D = 2
const depth: real > 0 = 1

given query: [D]

neuron v: [D] as identity { leak = off }

energy wells = depth * sum[i] (v[i]^2 - 1)^2 + 0.2 * v[0] * v[1]
${RECALL}`,
    points: [],
    ball: [0.1, -0.2],
    span: 1.8,
  },
};
