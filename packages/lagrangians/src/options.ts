import type { OptionDefinition } from "@hamlet/graph";

/** The inverse temperature β: larger is sharper. */
export const BETA: OptionDefinition = {
  name: "beta",
  meaning: "inverse temperature, larger is sharper",
  default: 1,
  bound: { op: ">", value: 0 },
};

/** The scale γ of a normalised activation. */
export const GAMMA: OptionDefinition = {
  name: "gamma",
  meaning: "scale of the activation",
  default: 1,
  bound: { op: ">", value: 0 },
};

/** The shift δ of a normalised activation. */
export const DELTA: OptionDefinition = {
  name: "delta",
  meaning: "shift of the activation",
  default: 0,
  bound: null,
};

/** What keeps a norm away from 0. */
export const EPS: OptionDefinition = {
  name: "eps",
  meaning: "added under the square root",
  default: 1e-5,
  bound: { op: ">", value: 0 },
};
