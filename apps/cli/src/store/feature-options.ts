// What features are made of, as the command line says it; without the package that makes them.

import { type Command, Option } from "commander";
import { positiveNumber, positiveReal } from "../options.ts";

/** What features are made of. */
export interface FeatureChoice {
  readonly beta?: number;
  readonly features?: number;
  readonly kind?: "sin-cos" | "positive";
  readonly family?: "gaussian" | "orthogonal" | "structured";
  readonly seed: number;
}

/** Those that only `--rule drdam` has; a memory that is there already says them itself. */
export const FEATURE_FLAGS = ["beta", "features", "kind", "family"] as const;

/** Adds them. */
export function withFeatureOptions(command: Command): Command {
  return command
    .addOption(new Option("--beta <X>", "drdam: inverse temperature").argParser(positiveReal))
    .addOption(new Option("--features <Y>", "drdam: rows, 4096").argParser(positiveNumber))
    .addOption(new Option("--kind <KIND>", "drdam: feature map, sin-cos").choices(KINDS))
    .addOption(new Option("--family <FAMILY>", "drdam: rows, gaussian").choices(FAMILIES));
}

/** As in `@hamlet/drdam`, which is loaded when it is asked for. */
const KINDS = ["sin-cos", "positive"];
const FAMILIES = ["gaussian", "orthogonal", "structured"];

/** The first of them that was told; undefined for none. */
export function toldFeature(flags: FeatureChoice): (typeof FEATURE_FLAGS)[number] | undefined {
  return FEATURE_FLAGS.find((flag) => flags[flag] !== undefined);
}
