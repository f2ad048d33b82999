// What a catalogue holds: Lagrangians as values, found by name in a registry the caller makes.

import { indicesOf } from "./dim.ts";
import { type Neuron } from "./energy-graph.ts";
import { HamError } from "./error.ts";
import { get, lit, sum } from "./expr.ts";
import { makeTensor } from "./tensor.ts";
import type { Bound, Dim, Expr, Index, Tensor } from "./types.ts";

/** An option of a catalogue entry, such as an inverse temperature. */
export interface OptionDefinition {
  readonly name: string;
  /** What it means, in one phrase. */
  readonly meaning: string;
  /** Null when the option must be given. */
  readonly default: number | null;
  readonly bound: Bound | null;
}

/**
 * A Lagrangian L: a convex function of a layer's internal state whose gradient is the activation.
 *
 * Per-unit Lagrangians add over all units. Coupled ones mix the units along the axes `over`; the
 * remaining axes are independent and add.
 */
export interface LagrangianDefinition {
  readonly name: string;
  /** The formula and its activation, in one line. */
  readonly summary: string;
  readonly options: readonly OptionDefinition[];
  readonly coupled: boolean;
  /** `binary` activations jump between two values and have no gradient dynamics. */
  readonly kind: "smooth" | "binary";
  /** L of one unit, or of one slice along `over`. */
  readonly value: (
    x: Expr,
    options: Readonly<Record<string, Expr>>,
    over: readonly Index[],
  ) => Expr;
  /** Where it comes from. */
  readonly references: readonly string[];
}

/** An immutable set of catalogue entries, assembled by the caller. */
export interface Registry {
  readonly lagrangians: ReadonlyMap<string, LagrangianDefinition>;
}

/** Puts definitions together; two of one name are an error that names it. */
export function makeRegistry(...lagrangians: readonly LagrangianDefinition[]): Registry {
  const byName = new Map<string, LagrangianDefinition>();
  for (const definition of lagrangians) {
    if (byName.has(definition.name)) {
      throw new HamError(
        "graph/duplicate-name",
        `Two Lagrangians are called "${definition.name}". Rename one, or leave one out of the registry.`,
      );
    }
    byName.set(definition.name, definition);
  }
  return { lagrangians: byName };
}

/** How a neuron is made; see {@link makeNeuron}. */
export interface NeuronOptions {
  /** Values of the Lagrangian's options; a tensor is read along the axes that it shares. */
  readonly options?: Readonly<Record<string, Expr | Tensor | number>>;
  /** For coupled Lagrangians: the axes that are mixed; may be left out when there is one axis. */
  readonly over?: readonly Dim[];
  readonly tau?: Expr;
  readonly leak?: boolean;
}

/** A neuron layer of the given axes with a Lagrangian of the catalogue. */
export function makeNeuron(
  name: string,
  axes: readonly Dim[],
  definition: LagrangianDefinition,
  { options = {}, over, tau = lit(1), leak = true }: NeuronOptions = {},
): Neuron {
  const state = makeTensor(name, "state", axes);
  const activation = makeTensor(name, "activation", axes);
  const indices = indicesOf(axes);
  const mixed = over ?? (axes.length === 1 ? axes : []);
  if (definition.coupled && mixed.length === 0) {
    throw new HamError(
      "graph/over-needed",
      `The Lagrangian "${definition.name}" mixes units, and "${name}" has ${axes.length} axes [${axes.map((d) => d.name).join(", ")}]. Say along which: over = ${axes.at(-1)?.name ?? "…"}.`,
    );
  }
  const inside = definition.coupled ? indices.filter((index) => mixed.includes(index.dim)) : [];
  const outside = indices.filter((index) => !inside.includes(index));
  const values = definition.options.map((option) => {
    const given = options[option.name] ?? option.default;
    if (given === null) {
      throw new HamError(
        "graph/option-missing",
        `The Lagrangian "${definition.name}" of "${name}" needs its option "${option.name}" (${option.meaning}).`,
      );
    }
    if (typeof given === "number") return [option.name, lit(given)] as const;
    if (!("axes" in given)) return [option.name, given] as const;
    const at = given.axes.map((dim) => indices.find((index) => index.dim === dim)!);
    return [option.name, get(given, at)] as const;
  });
  const value = definition.value(get(state, indices), Object.fromEntries(values), inside);
  const lagrangian = sum(outside, value);
  return {
    name,
    axes,
    lagrangianName: definition.name,
    lagrangian,
    state,
    activation,
    tau,
    leak,
    kind: definition.kind,
  };
}
