// TensorFlow.js as the pages take it: without the optimisers that its entry registers, which no page uses.

import "@tensorflow/tfjs-core/dist/base_side_effects.js";

export * from "@tensorflow/tfjs-core/dist/base.js";
