// Options and initialisers that several hypersynapses share.

import { type HypersynapseOption, lit, type ParamDefinition } from "@hamlet/graph";

/** The inverse temperature β: larger is sharper. */
export const BETA: HypersynapseOption = {
  name: "beta",
  meaning: "inverse temperature, larger is sharper",
  default: 1,
  bound: { op: ">", value: 0 },
};

/** Learned weights start small and random. */
export function weights(name: string, ...axes: string[]): ParamDefinition {
  const args = [lit(0), lit(0.02)];
  return { name, axes, source: { from: "draw", distribution: "normal", args }, bound: null };
}

/** Stored patterns `xi`, one a row. */
export const PATTERNS = weights("xi", "K", "A");

/** The number of stored patterns, where `xi` is not bound to an array that has it. */
export const PATTERN_COUNT = { name: "K", meaning: "number of stored patterns", default: null };

export const KROTOV_2016 =
  'Krotov & Hopfield, "Dense associative memory for pattern recognition", NeurIPS 2016, arXiv:1606.01164';
export const KROTOV_2021 =
  'Krotov & Hopfield, "Large associative memory problem in neurobiology and machine learning", ICLR 2021, arXiv:2008.06996';
export const RAMSAUER_2021 =
  'Ramsauer et al., "Hopfield networks is all you need", ICLR 2021, arXiv:2008.02217';
export const HOOVER_2022 =
  'Hoover, Chau, Strobelt & Krotov, "A universal abstraction for hierarchical Hopfield networks", NeurIPS 2022 workshop';
export const KOZACHKOV_2023 =
  'Kozachkov, Slotine & Krotov, "Neuron-astrocyte associative memory", 2023, arXiv:2311.08135';
export const HOOVER_2023 = 'Hoover et al., "Energy Transformer", NeurIPS 2023, arXiv:2302.07253';
