// Is a Lagrangian convex? Proven by rules, refuted by a chord, or unknown.

import type { Neuron } from "../model/energy-graph.ts";
import { printText } from "../print/print-text.ts";
import { chordTest, type ChordTestOptions, type CounterExample } from "./chord-test.ts";
import { type Culprit, curvatureOf } from "./curvature.ts";

/** The verdict on one Lagrangian. */
export type Convexity =
  | { readonly status: "proven" }
  /** Its author claims it, and the rules cannot prove it. */
  | { readonly status: "assumed" }
  | {
      readonly status: "refuted";
      /** The innermost expression that the rules cannot judge. */
      readonly culprit: Culprit;
      readonly counterExample: CounterExample;
    }
  | {
      readonly status: "unknown";
      readonly culprit: Culprit;
      /** Chords that were tried without finding a counter-example. */
      readonly tried: number;
    };

/**
 * Whether the Lagrangian of a layer is convex in its state, which is what makes the energy fall:
 * dE/dt = −gᵀ ∇²L g ≤ 0 with g = ∂E/∂x̂.
 */
export function checkConvexity(neuron: Neuron, options: ChordTestOptions = {}): Convexity {
  const { lagrangian, state } = neuron;
  const { curvature, culprit } = curvatureOf(lagrangian, state, options.facts);
  if (curvature !== "unknown" && curvature !== "concave") return { status: "proven" };
  if (neuron.assumed?.includes("convex") === true) return { status: "assumed" };
  const blamed = culprit ?? { expr: lagrangian, because: "curvature" };
  const counterExample = chordTest(lagrangian, state, options);
  return counterExample === null
    ? { status: "unknown", culprit: blamed, tried: options.points ?? 10_000 }
    : { status: "refuted", culprit: blamed, counterExample };
}

/** The verdict in one line. */
export function printConvexity(convexity: Convexity): string {
  if (convexity.status === "proven") return "proven";
  if (convexity.status === "assumed") return "assumed: its author says so";
  const { expr, because } = convexity.culprit;
  const blame =
    because === "sign"
      ? `\`${printText(expr)}\` may be negative`
      : `\`${printText(expr)}\` is not known to be convex`;
  if (convexity.status === "unknown") {
    return `unknown: ${blame}; ${convexity.tried} random chords found no counter-example`;
  }
  const { a, b, atA, atB, atMiddle } = convexity.counterExample;
  const middle = a.map((x, i) => (x + b[i]) / 2);
  const at = (entries: readonly number[]) => `L(${entries.map(short).join(", ")})`;
  return `refuted: ${blame}; ${at(a)} + ${at(b)} = ${short(atA + atB)} < 2 ${at(middle)} = ${short(2 * atMiddle)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
