// A memory of random features before the first pattern, as the command line describes it.

import { key } from "@hamlet/core";
import { type DistributedMemory, makeMemory } from "@hamlet/drdam";
import { CommandError, EXIT } from "../exit.ts";
import type { FeatureChoice } from "./feature-options.ts";

/** An empty memory of states of D numbers. */
export function emptyMemory(flags: FeatureChoice, D: number): DistributedMemory {
  const { beta, features: Y = 4096, kind, family, seed } = flags;
  if (beta === undefined) {
    throw new CommandError(
      EXIT.usage,
      "--rule drdam needs --beta X, the inverse temperature: larger is sharper, and needs more features.",
    );
  }
  return makeMemory({
    D,
    Y,
    beta,
    key: key(seed),
    ...(kind === undefined ? {} : { kind }),
    ...(family === undefined ? {} : { family }),
  });
}
