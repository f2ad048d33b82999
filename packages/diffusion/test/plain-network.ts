// The score network once more, in float64 and with loops, from the arrays of a saved file: written
// after the notebook's module and not after ours.

import { readSafetensors } from "@hamlet/core";
import { type ScoreModel, writeScore } from "@hamlet/diffusion";

type Weights = (name: string) => { readonly shape: readonly number[]; readonly data: Float64Array };

/** `s(x, t)` of one point. */
export type PlainScore = (x: readonly number[], t: number) => number[];

/** The arrays of a model under PyTorch's names. */
export function plainWeights(model: ScoreModel): Map<string, Float64Array> {
  const { arrays } = readSafetensors(writeScore(model));
  return new Map([...arrays].map(([name, { data }]) => [name, Float64Array.from(data, Number)]));
}

export function plainScore(model: ScoreModel): PlainScore {
  const { arrays } = readSafetensors(writeScore(model));
  const at: Weights = (name) => {
    const { shape, data } = arrays.get(name)!;
    return { shape, data: Float64Array.from(data, Number) };
  };
  const { layers, sigma } = model.shape;
  return (x, t) => {
    const angles = [...at("time_embed.0.freqs").data].map((f) => 2 * Math.PI * f * t);
    let e = [...angles.map(Math.cos), ...angles.map(Math.sin)];
    e = linear(at, "time_embed.1", e).map(silu);
    e = linear(at, "time_embed.3", e).map(silu);
    let h = linear(at, "input_proj", [...x, ...e]);
    for (let layer = 0; layer < layers - 1; layer++) {
      h = linear(at, `hidden.${2 * layer}`, h);
      if (layer === layers - 2) h = layerNorm(at, `hidden.${2 * layer + 1}`, h);
      h = h.map(silu);
    }
    return linear(at, "output", h).map((y) => y / (sigma * Math.sqrt(t)));
  };
}

const silu = (x: number) => x / (1 + Math.exp(-x));

function linear(at: Weights, name: string, input: readonly number[]): number[] {
  const { shape, data } = at(`${name}.weight`);
  const bias = at(`${name}.bias`).data;
  return Array.from({ length: shape[0] }, (_, row) =>
    input.reduce((sum, x, column) => sum + data[row * shape[1] + column] * x, bias[row]),
  );
}

function layerNorm(at: Weights, name: string, input: readonly number[]): number[] {
  const mean = input.reduce((a, b) => a + b, 0) / input.length;
  const variance = input.reduce((sum, x) => sum + (x - mean) ** 2, 0) / input.length;
  const [gain, shift] = [at(`${name}.weight`).data, at(`${name}.bias`).data];
  return input.map((x, i) => (gain[i] * (x - mean)) / Math.sqrt(variance + 1e-5) + shift[i]);
}
