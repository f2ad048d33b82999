// Pictures that pages show as files: what each says below it, and what made it. Figures of the sources are in
// notebooks/figures.ts.

/** A picture of a page. */
export interface Picture {
  /** What it shows, with what its signs and colours mean where the picture itself does not say. */
  readonly says: string;
  readonly command: string;
  /** The picture whose numbers these are; default itself. */
  readonly numbersOf?: string;
}

const picture = (says: string, command: string, numbersOf?: string): Picture => ({
  says,
  command,
  ...(numbersOf !== undefined && { numbersOf }),
});

const GENERATE = "node tools/generate-pictures.ts";
const KOHONEN = "ham reproduce kohonen";

/** By their paths below `assets/`. */
const PICTURES: Readonly<Record<string, Picture>> = {
  "atlas.svg": picture(
    "Fixed points of the triangle against beta, in the colours of its legend; dashed lines are where points come and go.",
    "ham atlas triangle.ham --sweep beta=1.7..2.2 --values 21 --out triangle.svg",
  ),
  "benchmarks.svg": picture(
    "Hamlet's time over that of the best other, for every row of the table: green bars to the left are quicker, orange ones to the right slower.",
    "pnpm bench --publish",
  ),
  "binary-recall.png": picture(
    "Four damaged icons become clean ones, flip by flip, while the energy below each falls.",
    "ham run examples/02b-dense-exponential.ham --given query=examples/data/damaged-icons.npy --movie recall.png",
  ),
  "capacity-quadratic.svg": picture(
    "Above, the share of damaged copies that come back, with 95% bands and the limit of theory dashed; below, the share of unstable units, with the theory dashed.",
    "ham capacity --size 100 --trials 100",
  ),
  "dead-zone.svg": picture(
    "The energy over the plane, dark is low. Stars are patterns, arrows and lines lead down; rings are minima, crosses saddles, triangles tops, diamonds where a curvature is 0.",
    `${GENERATE} dead-zone`,
  ),
  "deep-conv.svg": picture(
    "A deep memory: circles are layers with their shapes and Lagrangians, squares are energies.",
    "ham graph examples/05-deep-conv.ham",
  ),
  "diffusion-exact-maps.svg": picture(
    "Exact energies of two, nine and infinitely many patterns at two noises, dark is low. Stars are patterns, crosses minima, arrows scores; the dashed circle is where patterns lie.",
    `${GENERATE} diffusion-exact-maps`,
  ),
  "diffusion-exact-surfaces.svg": picture(
    "The three energies at the larger noise as surfaces: dark is low, light is high; dots are patterns.",
    `${GENERATE} diffusion-exact-maps`,
    "diffusion-exact-maps.svg",
  ),
  "diffusion-learned-samples.svg": picture(
    "Samples of networks that learned two and nine patterns for 5000 iterations and a thousand for 12 000, and of the exact scores. Orange stars are patterns, blue dots are samples.",
    "node tools/generate-notebook-figures.ts diffusion",
  ),
  "diffusion-samplers.svg": picture(
    "Samples with our steps and with those of the notebook, from the same exact score. Orange are the patterns, blue the samples.",
    `${GENERATE} diffusion-samplers`,
  ),
  "digits.png": picture(
    "Rows of handwritten digits: what the memory was given, what it recalled, and the true digit.",
    "ham demo",
  ),
  "drdam-landscapes.svg": picture(
    "The same memories at four inverse temperatures: on the left exact, on the right by random features. Purple is low, green is high; stars are memories.",
    "ham reproduce drdam",
  ),
  "editor-hover.svg": picture(
    "What the language server says of a name.",
    `${GENERATE} editor-hover`,
  ),
  "editor-messages.svg": picture(
    "A mistake, and the message of the language server.",
    `${GENERATE} editor-messages`,
  ),
  "energy.svg": picture(
    "The mean energy at every step of the recall, a curve for every kind of damage.",
    "ham demo",
  ),
  "fixed-points.svg": picture(
    "Where fixed points are on the axis through one pattern, against beta, in the colours of its legend; dashed lines are the fold and the crossing.",
    `${GENERATE} fixed-points`,
  ),
  "inpainting.png": picture(
    "Icons with a part of their patches hidden, filled in by the model, and as they were.",
    "node bench/energy-transformer/inpainting.ts",
  ),
  "kohonen-dimensions.svg": picture(
    "The same for seven dimensions. Points are measured, lines are the theory.",
    KOHONEN,
  ),
  "kohonen-distance.svg": picture(
    "Similarity and distance of recalled values against the number of pairs. Points are measured, lines are the theory.",
    KOHONEN,
  ),
  "kohonen-methods.svg": picture(
    "Four ways to separate the scores, at 64 dimensions. Points are measured, lines are the theory.",
    KOHONEN,
  ),
  "scaling.svg": picture(
    "The time of a recall against the number of patterns, of their numbers, of queries and of random features: Hamlet in orange, on one thread dashed, beside NumPy, JAX and torch of Python and TensorFlow.js and jax-js of JavaScript.",
    "pnpm bench scaling --publish",
  ),
  "stored-memory.svg": picture(
    "The energy of the stored memory, dark is low. Stars are the twelve hours, lines the ways down; rings are minima, crosses saddles, triangles tops, diamonds where a curvature is 0.",
    `${GENERATE} stored-memory`,
  ),
  "training-loss.svg": picture(
    "The loss at every step: of the minibatches, and of what is held back.",
    "ham train examples/11-mnist-memory.ham --validation 0.2",
  ),
  "two-layer.svg": picture(
    "Three layers as circles with their sizes and Lagrangians; the two connections are squares between them.",
    "ham graph examples/04-two-layer.ham",
  ),
  "zoo.svg": picture(
    "Forty memories: green cells have an energy that falls, yellow ones an energy without a floor, red ones none. What the bars count is written below the cells.",
    "ham zoo",
  ),
};

/** The name of a picture below `assets/`, by its address in a page. */
const nameOf = (address: string): string => address.replace(/^.*\/assets\//, "");

/** The file of the numbers that a picture is drawn of, below `assets/`. */
export function numbersOf(address: string): string {
  const name = nameOf(address);
  return (PICTURES[name]?.numbersOf ?? name).replace(/\.\w+$/, ".json");
}

/** What is said of a picture by its address in a page; throws where nothing is. */
export function pictureOf(address: string): Picture {
  const name = nameOf(address);
  const [, lagrangian] = /^lagrangians\/(\w+)\.svg$/.exec(name) ?? [];
  if (lagrangian !== undefined) {
    return picture(
      `The activation of ${lagrangian}, drawn through, and its value, dashed, against the state.`,
      "node tools/generate-catalogue-pages.ts",
    );
  }
  const found = PICTURES[name];
  if (found === undefined)
    throw new Error(`${address} is not in src/pictures.ts: say what it shows.`);
  return found;
}
