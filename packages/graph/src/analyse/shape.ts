// How functions of one argument bend and slope, and what that does to the curvature of their
// argument: the table and the arithmetic of disciplined convexity.

import type { Apply } from "../expr/types.ts";
import { type Interval, isNonNegative, isNonPositive, isPositive } from "./interval.ts";

/** How a function bends. `affine` is convex and concave; `unknown` is neither, or not provable. */
export type Curvature = "constant" | "affine" | "convex" | "concave" | "unknown";

/** What a function of one argument does where its argument has a given range. */
export interface Shape {
  readonly curvature: "convex" | "concave" | "unknown";
  readonly slope: "up" | "down" | "both";
}

/** True for what counts as convex: constants and affine functions do. */
export function isConvex(curvature: Curvature): boolean {
  return curvature === "convex" || curvature === "affine" || curvature === "constant";
}

/** The curvature of −f. */
export function flipped(curvature: Curvature): Curvature {
  if (curvature === "convex") return "concave";
  return curvature === "concave" ? "convex" : curvature;
}

/** The curvature of a sum. */
export function join(parts: readonly Curvature[]): Curvature {
  const bent = new Set(parts.filter((part) => part !== "constant" && part !== "affine"));
  if (bent.size > 1) return "unknown";
  const [only] = bent;
  return only ?? (parts.includes("affine") ? "affine" : "constant");
}

/** The curvature of f(x) from the shape of f and the curvature of x. */
export function compose(f: Shape, x: Curvature): Curvature {
  if (x === "constant") return "constant";
  if (f.curvature === "unknown" || x === "unknown") return "unknown";
  if (x === "affine") return f.curvature;
  // Convex and rising keeps convex; convex and falling makes a concave argument convex.
  const wanted = (f.curvature === x) === (f.slope === "up") ? f.curvature : "unknown";
  return f.slope === "both" ? "unknown" : wanted;
}

const UNKNOWN: Shape = { curvature: "unknown", slope: "both" };

/** The shape of a scalar function where its argument lies in x. */
export function shapeOf(op: Apply["op"], x: Interval): Shape {
  switch (op) {
    case "exp":
    case "softplus":
    case "relu":
      return { curvature: "convex", slope: "up" };
    case "abs":
    case "logcosh":
      return {
        curvature: "convex",
        slope: isNonNegative(x) ? "up" : isNonPositive(x) ? "down" : "both",
      };
    case "tanh":
    case "sigmoid":
      if (isNonNegative(x)) return { curvature: "concave", slope: "up" };
      return isNonPositive(x) ? { curvature: "convex", slope: "up" } : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

/** The shape of xⁿ for the n of an interval. */
export function powerShape(n: Interval, x: Interval): Shape {
  const even = n.low === n.high && n.low % 2 === 0;
  if (even && n.low > 0) {
    return {
      curvature: "convex",
      slope: isNonNegative(x) ? "up" : isNonPositive(x) ? "down" : "both",
    };
  }
  if (isNonNegative(x) && n.low >= 1) return { curvature: "convex", slope: "up" };
  if (isNonNegative(x) && n.low >= 0 && n.high <= 1) return { curvature: "concave", slope: "up" };
  return isPositive(x) && n.high <= 0 ? { curvature: "convex", slope: "down" } : UNKNOWN;
}
