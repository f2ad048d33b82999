// The pictures of pages, by their files.

import { benchmarks, scaling } from "./benchmarks.ts";
import { binaryRecall } from "./movie.ts";
import { exactMaps, exactSurfaces, samplers } from "./diffusion.ts";
import { drdamLandscapes } from "./drdam.ts";
import { hover, messages } from "./editor.ts";
import { drawFixedPoints, fixedPoints } from "./fixed-points.ts";
import { deadZone, storedMemory } from "./landscapes.ts";
import { learnedSamples } from "./learned.ts";
import { atlas, capacity, hypergraph, kohonen, zoo } from "./measured.ts";
import { type Picture, picture } from "./picture.ts";
import { digits, energies, inpainting } from "./sheets.ts";
import { trainingLoss } from "./training.ts";

export const PICTURES: Readonly<Record<string, Picture>> = {
  "atlas.svg": atlas,
  "benchmarks.svg": benchmarks,
  "binary-recall.png": binaryRecall,
  "capacity-quadratic.svg": capacity,
  "dead-zone.svg": deadZone,
  "deep-conv.svg": hypergraph("learn/how-it-runs.md", "05-deep-conv"),
  "diffusion-exact-maps.svg": exactMaps,
  "diffusion-exact-surfaces.svg": exactSurfaces,
  "diffusion-learned-samples.svg": learnedSamples,
  "diffusion-samplers.svg": samplers,
  "digits.png": digits,
  "drdam-landscapes.svg": drdamLandscapes,
  "editor-hover.svg": hover,
  "editor-messages.svg": messages,
  "energy.svg": energies,
  "fixed-points.svg": picture(fixedPoints, drawFixedPoints),
  "inpainting.png": inpainting,
  "kohonen-dimensions.svg": kohonen("dimensions"),
  "kohonen-distance.svg": kohonen("distance"),
  "kohonen-methods.svg": kohonen("methods"),
  "scaling.svg": scaling,
  "stored-memory.svg": storedMemory,
  "training-loss.svg": trainingLoss,
  "two-layer.svg": hypergraph("learn/hypergraphs.md", "04-two-layer"),
  "zoo.svg": zoo,
};
