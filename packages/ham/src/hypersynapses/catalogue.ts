import type { HypersynapseDefinition } from "@hamlet/graph";
import { synAttention } from "./attention.ts";
import { synBias } from "./bias.ts";
import { synConvPool } from "./conv-pool.ts";
import { synConv2d } from "./conv2d.ts";
import { synCrossAttention } from "./cross-attention.ts";
import { synDam } from "./dam.ts";
import { synDrdam } from "./drdam.ts";
import { synDenseBias } from "./dense-bias.ts";
import { DENSE_OVER_AXES } from "./dense-axes.ts";
import { synDense } from "./dense.ts";
import { synHopfield } from "./hopfield.ts";
import { synLse } from "./lse.ts";
import { synLseEuclid } from "./lse-euclid.ts";
import { synMeanPool } from "./mean-pool.ts";
import { synMemory } from "./memory.ts";
import { synThreeBody } from "./three-body.ts";

/** Every hypersynapse of the catalogue. */
export const HYPERSYNAPSES: readonly HypersynapseDefinition[] = [
  synBias,
  synDense,
  synDenseBias,
  ...DENSE_OVER_AXES,
  synHopfield,
  synDam,
  synLse,
  synLseEuclid,
  synDrdam,
  synConv2d,
  synConvPool,
  synAttention,
  synCrossAttention,
  synMemory,
  synThreeBody,
  synMeanPool,
];
