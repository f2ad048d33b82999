import { makeRegistry, type Registry } from "@hamlet/graph";
import { HYPERSYNAPSES } from "@hamlet/ham/hypersynapses";
import { LAGRANGIANS } from "@hamlet/lagrangians";

/** Everything a `.ham` file may name without a plugin. */
export const CATALOGUE: Registry = makeRegistry(...LAGRANGIANS, ...HYPERSYNAPSES);
