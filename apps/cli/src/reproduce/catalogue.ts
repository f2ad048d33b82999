// The published results that `ham reproduce` can compute again, one a file.

import { diffusion } from "./diffusion.ts";
import { drdamEarly } from "./drdam-early.ts";
import { drdam } from "./drdam.ts";
import { kohonen } from "./kohonen.ts";
import type { Reproduction } from "./reproduction.ts";
import { ring } from "./ring.ts";

export const REPRODUCTIONS: readonly Reproduction[] = [kohonen, drdam, drdamEarly, diffusion, ring];
