import { HamError } from "@hamlet/graph";

/** The size of a score network and the process that it was made for. */
export interface NetworkShape {
  /** D: coordinates of a point. */
  readonly width: number;
  /** H: units of a hidden layer. */
  readonly hidden: number;
  /** E: entries of the embedding of a time; half cosines, half sines. */
  readonly embedding: number;
  /** Linear layers between the input and the output, the first of which has no activation. */
  readonly layers: number;
  /** σ of the noise: the network's last step is a division by `σ √t`. */
  readonly sigma: number;
}

/** The network of the notebook: points of a plane, 128 units, four layers. */
export const NOTEBOOK_SHAPE: NetworkShape = {
  width: 2,
  hidden: 128,
  embedding: 128,
  layers: 4,
  sigma: 1,
};

const LEAST: Readonly<Record<Exclude<keyof NetworkShape, "sigma">, number>> = {
  width: 1,
  hidden: 2,
  embedding: 2,
  layers: 2,
};

/**
 * A network's shape; what is not said is as in {@link NOTEBOOK_SHAPE}.
 * @throws HamError `diffusion/network-shape` for a size that no network has.
 */
export function networkShape(options: Partial<NetworkShape> = {}): NetworkShape {
  const shape = { ...NOTEBOOK_SHAPE, ...options };
  for (const [name, least] of Object.entries(LEAST)) {
    const found = shape[name as keyof typeof LEAST];
    if (Number.isSafeInteger(found) && found >= least) continue;
    throw badShape(name, `a whole number from ${least} up`, found);
  }
  if (shape.embedding % 2 !== 0) throw badShape("embedding", "an even number", shape.embedding);
  if (!(shape.sigma > 0 && shape.sigma < Infinity)) {
    throw badShape("sigma", "a number above 0", shape.sigma);
  }
  return shape;
}

function badShape(name: string, expected: string, found: number): HamError {
  return new HamError(
    "diffusion/network-shape",
    `A score network: expected "${name}" to be ${expected}, found ${found}. Change it, or leave it out for ${NOTEBOOK_SHAPE[name as keyof NetworkShape]}.`,
    { name, found },
  );
}
