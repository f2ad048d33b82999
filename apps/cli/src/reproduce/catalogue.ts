// The published results that `ham reproduce` can compute again, one a file.

import { kohonen } from "./kohonen.ts";
import type { Reproduction } from "./reproduction.ts";

export const REPRODUCTIONS: readonly Reproduction[] = [kohonen];
