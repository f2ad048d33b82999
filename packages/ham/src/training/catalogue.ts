import { equilibrium } from "./equilibrium.ts";
import { implicit } from "./implicit.ts";
import type { GradientMethod } from "./loss-gradient.ts";
import { unroll } from "./unroll.ts";

/** Every way to get the gradient of a loss through a recall, by name. */
export const GRADIENTS: ReadonlyMap<string, GradientMethod> = new Map(
  [unroll, implicit, equilibrium].map((method) => [method.name, method]),
);
