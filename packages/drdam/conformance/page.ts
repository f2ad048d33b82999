// Kernel sums on compiled code inside a browser: bundled into one script and run on an empty page.

import { key, normal } from "@hamlet/core";
import { FeatureMap, featureScale, makeFeatures } from "@hamlet/drdam";
import { CompiledFeatures } from "../src/tensors/compiled.ts";

/** A kernel sum and its derivative. */
export interface CompiledRun {
  readonly compiled: readonly number[];
  readonly float64: readonly number[];
}

/** Of memories with stored and with transformed rows. */
function run(): CompiledRun[] {
  const D = 30;
  return (["gaussian", "structured"] as const).map((family) => {
    const features = makeFeatures({ D, Y: 2000, beta: 2, key: key(1), family });
    const state = normal(key(2), D).map((x) => x / Math.sqrt(D));
    const map = new FeatureMap(features);
    const T = map.phi(state);
    const sums = T.map((entry) => entry / featureScale(features));
    const [gradient, slope] = [new Float64Array(D), new Float64Array(D)];
    const h = map.kernelSum(state, sums, gradient);
    const compiled = new CompiledFeatures(features);
    compiled.load(T);
    const found = compiled.kernelSums(state, slope);
    compiled.dispose();
    return { compiled: [...found, ...slope], float64: [h, ...gradient] };
  });
}

Object.assign(globalThis, { conform: () => JSON.stringify(run()) });
