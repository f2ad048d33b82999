// Ten small models that differ in layers, Lagrangians, synapses, clamps and solvers. Each comes to
// rest, so that the three gradients must agree.

/** A model as text. All read `image: [D]` and `known: bool[D]`, four examples of each. */
export interface TrainedModel {
  readonly name: string;
  readonly text: string;
}

const HEAD = `ham 1
dim D = 5, H = 4, K = 3
given image: [D] from "image.npy"
given known: bool[D] from "known.npy"
`;

/** A model from its middle, with a recall that settles and a loss that reads `v`. */
function model(
  name: string,
  middle: string,
  recall: string,
  {
    solver = "euler(dt = 0.2)",
    steps = 400,
    loss = "mean[i] (v[i] - image[i])^2",
    more = "",
  }: { solver?: string; steps?: number; loss?: string; more?: string } = {},
): TrainedModel {
  return {
    name,
    text: `${HEAD}${middle}
recall settle {
  ${recall}
  solver = ${solver}
  steps = ${steps}
  ${more}
}
train fit {
  unroll = settle
  loss = ${loss}
  optimiser = adam(lr = 0.01)
}
`,
  };
}

export const MODELS: readonly TrainedModel[] = [
  model(
    "one tanh layer with symmetric weights and a bias",
    `neuron v: [D] as tanh(beta = 0.9)
connect own: hopfield(v)
connect push: bias(v)`,
    "start v = image",
  ),
  model(
    "two dense layers, sigmoid under a clamped input",
    `neuron x: [D] as identity
neuron v: [D] as sigmoid(beta = 1.5) { tau = 0.5 }
param W: [D, D] ~ normal(0, 0.6)
energy pair = -sum[i, j] x[i] * W[i, j] * v[j]
connect own: hopfield(v)`,
    "clamp x = image",
  ),
  model(
    "a softmax memory behind an identity layer, by Heun",
    `neuron v: [D] as identity
neuron h: [K] as softmax(beta = 1.2)
param W: [D, K] ~ normal(0, 0.7)
energy pair = -sum[i, m] v[i] * W[i, m] * h[m]
energy pull = sum[i] 0.5 * (v[i] - image[i])^2`,
    "start v = image",
    { solver: "heun(dt = 0.2)" },
  ),
  model(
    "stored patterns at a learned inverse temperature, without a leak",
    `param beta: real > 0 = 1.5
param xi: [K, D] ~ normal(0, 1)
neuron v: [D] as identity { leak = off }
energy lse = -1/beta * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2`,
    "start v = image",
    { steps: 600 },
  ),
  model(
    "a known half that is held, and a dense associative memory",
    `neuron v: [D] as tanh
param xi: [K, D] ~ normal(0, 0.5)
energy store = -1/3 * sum[m] relu(sum[i] xi[m, i] * v[i])^3
connect push: bias(v)`,
    "start v = image\n  clamp v[i] where known[i]",
  ),
  model(
    "normalised memories on a sphere of learned radius",
    `param W: [D, K] ~ normal(0, 1)
param radius: real > 0 = 1.4
neuron v: [D] as sphere(gamma = radius)
let nW[i, m] = W[i, m] / sqrt(sum[k] W[k, m]^2)
energy store = -logsumexp[m] sum[i] v[i] * nW[i, m]`,
    "start v = image",
  ),
  model(
    "a chain of three layers with time constants, by Runge-Kutta",
    `neuron x: [D] as identity
neuron h: [H] as relu { tau = 0.7 }
neuron v: [D] as tanh { tau = 1.5 }
param W: [D, H] ~ normal(0, 0.4)
param U: [H, D] ~ normal(0, 0.4)
energy up = -sum[i, j] x[i] * W[i, j] * h[j]
energy out = -sum[j, i] h[j] * U[j, i] * v[i]
energy lift = -sum[j] 0.7 * h[j]`,
    "clamp x = image",
    { solver: "rk4(dt = 0.3)", steps: 300 },
  ),
  model(
    "a layer-normalised layer with an attention-like energy and a stop",
    `param gamma: real > 0 = 1.1
param delta: [D] ~ normal(0, 0.2)
neuron v: [D] as layernorm(gamma = gamma, delta = delta)
param Xi: [K, D] ~ normal(0, 0.5)
energy memory = -1/2 * sum[m] relu(sum[i] Xi[m, i] * v[i])^2`,
    "start v = image",
    { more: "stop when change < 1e-7" },
  ),
  model(
    "held entries that are themselves learned",
    `param w: [D] ~ normal(0, 1)
neuron v: [D] as identity
neuron h: [H] as tanh
param W: [D, H] ~ normal(0, 0.4)
energy pair = -sum[i, j] v[i] * W[i, j] * h[j]
energy pull = sum[i] 0.4 * (v[i] - image[i])^2`,
    "start v = w\n  clamp v[i] where known[i]",
  ),
  model(
    "a pinned learned layer, labels that compete, and a loss of its own weight",
    `param w: [D] ~ normal(0, 1)
neuron x: [D] as identity
neuron v: [D] as identity
neuron label: [K] as softmax
param U: [D, K] ~ normal(0, 0.6)
energy top = -sum[i, m] (v[i] + 0.3 * x[i]) * U[i, m] * label[m]
energy pull = sum[i] 0.6 * (v[i] - image[i])^2`,
    "clamp x = w\n  start v = image",
    { loss: "mean[i] (v[i] - image[i])^2 - 0.1 * log(label[0]) + 0.01 * sum[i, m] U[i, m]^2" },
  ),
];
