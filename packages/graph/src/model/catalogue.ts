// What a catalogue holds: Lagrangians and hypersynapses as values, found by name in a registry the
// caller makes.

import { indicesOf } from "../expr/dim.ts";
import { type Neuron } from "./energy-graph.ts";
import { HamError } from "../error.ts";
import { get, lit, sum } from "../expr/expr.ts";
import { makeTensor } from "../expr/tensor.ts";
import type { Bound, Dim, Elem, Expr, Index, Tensor, TensorSource } from "../expr/types.ts";

/** An option of a catalogue entry, such as an inverse temperature. */
export interface OptionDefinition {
  readonly name: string;
  /** What it means, in one phrase. */
  readonly meaning: string;
  /** Null when the option must be given. */
  readonly default: number | null;
  readonly bound: Bound | null;
  /** What its value is; left out for any number. */
  readonly elem?: Elem;
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
  /**
   * What its author claims where the rules have no proof: `convex`, or `bounded` for an activation
   * that stays in a bounded set.
   */
  readonly assumed?: readonly string[];
  /** Its text, for one that a `.ham` file declares. */
  readonly declaration?: string;
}

/** A name with the axes it walks, such as `W: [A, B]`. */
export interface SignatureEntry {
  readonly name: string;
  readonly axes: readonly string[];
}

/** A tensor that belongs to every use of a definition, unless the use binds another. */
export interface ParamDefinition extends SignatureEntry {
  /** Where a param of its own gets its first entries. */
  readonly source: Extract<TensorSource, { from: "value" | "draw" }>;
  readonly bound: Bound | null;
  /** Default `real`. */
  readonly elem?: Elem;
  /** The distribution of a draw, where an option that is a word says it. */
  readonly drawnBy?: {
    readonly option: string;
    readonly distributions: Readonly<Record<string, string>>;
  };
}

/** Where a param begins in a use with these options. */
export function sourceOfParam(
  { source, drawnBy }: ParamDefinition,
  options: Readonly<Record<string, OptionValue>>,
): ParamDefinition["source"] {
  const word = drawnBy === undefined ? undefined : options[drawnBy.option];
  const distribution = typeof word === "string" ? drawnBy!.distributions[word] : undefined;
  return distribution === undefined ? source : { from: "draw", distribution, args: [] };
}

/** An axis that no argument has, such as the number of stored patterns. */
export interface OwnDimDefinition {
  readonly name: string;
  readonly meaning: string;
  /** Null when the use must give its size, or bind a param that has the axis. */
  readonly default: number | null;
}

/** What a hypersynapse may be told: a number, one of a few words, or a list of numbers. */
export type OptionValue = Expr | string | readonly number[];

/** An option of a hypersynapse. */
export interface HypersynapseOption extends Omit<OptionDefinition, "default"> {
  /** Null when it must be given; a function when it follows from axes or earlier options. */
  readonly default:
    | number
    | string
    | readonly number[]
    | null
    | ((use: Omit<HypersynapseUse, "args" | "params">) => Expr);
  /** How many numbers it may be instead of one: a list of so many, one for each axis. */
  readonly list?: number;
  /** The words it may be, for an option that is a word. */
  readonly words?: readonly string[];
}

/** One entry of a tensor, read pointfully. */
export type ReadEntry = (...at: readonly (Index | number)[]) => Expr;

/** What an energy is made from: the axes, and how the entries of each tensor are read. */
export interface HypersynapseUse {
  readonly dims: Readonly<Record<string, Dim>>;
  readonly args: Readonly<Record<string, ReadEntry>>;
  readonly params: Readonly<Record<string, ReadEntry>>;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/**
 * A hypersynapse: an energy over the activations of the neurons that it joins.
 *
 * Its axes are bound by the arguments: `dense(a: [A], b: [B])` takes any two layers of one axis
 * each. Energies add and agreement is negative.
 */
export interface HypersynapseDefinition {
  readonly kind: "hypersynapse";
  readonly name: string;
  /** The formula, in one line. */
  readonly summary: string;
  readonly args: readonly SignatureEntry[];
  readonly dims: readonly OwnDimDefinition[];
  readonly options: readonly HypersynapseOption[];
  readonly params: readonly ParamDefinition[];
  /** Axes that follow from others, such as `H / window`: their size in a use. */
  readonly derived?: Readonly<
    Record<string, (use: Omit<HypersynapseUse, "args" | "params">) => Expr>
  >;
  readonly energy: (use: HypersynapseUse) => Expr;
  /**
   * What it is where all it knows was stored in a file, `connect m: drdam(v) from "m.safetensors"`,
   * by its options that are words; default: the same, with its params from the file.
   */
  readonly stored?: (words: Readonly<Record<string, string>>) => HypersynapseDefinition;
  /** Where it comes from. */
  readonly references: readonly string[];
}

/** What a catalogue holds. */
export type CatalogueEntry = LagrangianDefinition | HypersynapseDefinition;

/** An immutable set of catalogue entries, assembled by the caller. */
export interface Registry {
  readonly lagrangians: ReadonlyMap<string, LagrangianDefinition>;
  readonly hypersynapses: ReadonlyMap<string, HypersynapseDefinition>;
}

/** Puts definitions together; two of one name are an error that shows both. */
export function makeRegistry(...entries: readonly CatalogueEntry[]): Registry {
  const lagrangians = new Map<string, LagrangianDefinition>();
  const hypersynapses = new Map<string, HypersynapseDefinition>();
  for (const entry of entries) {
    if (entry.kind === "hypersynapse") add("hypersynapses", hypersynapses, entry);
    else add("Lagrangians", lagrangians, entry);
  }
  return { lagrangians, hypersynapses };
}

function add<T extends CatalogueEntry>(what: string, byName: Map<string, T>, entry: T): void {
  const other = byName.get(entry.name);
  if (other !== undefined) {
    throw new HamError(
      "graph/duplicate-name",
      `Two ${what} are called "${entry.name}": "${other.summary}" and "${entry.summary}". Rename one, or leave one out of the registry.`,
    );
  }
  byName.set(entry.name, entry);
}

/** How a neuron is made; see {@link makeNeuron}. */
export interface NeuronOptions {
  /** Values of the Lagrangian's options; a tensor is read along the axes that it shares. */
  readonly options?: Readonly<Record<string, Expr | Tensor | number>>;
  /** For coupled Lagrangians: the axes that are mixed; may be left out when there is one axis. */
  readonly over?: readonly Dim[];
  readonly tau?: Expr;
  readonly leak?: boolean;
  /** Claims about this layer, besides those of its Lagrangian. */
  readonly assumed?: readonly string[];
}

/** A neuron layer of the given axes with a Lagrangian of the catalogue. */
export function makeNeuron(
  name: string,
  axes: readonly Dim[],
  definition: LagrangianDefinition,
  { options = {}, over, tau = lit(1), leak = true, assumed: claims = [] }: NeuronOptions = {},
): Neuron {
  const assumed = [...new Set([...(definition.assumed ?? []), ...claims])];
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
  const inside = definition.coupled
    ? mixed.flatMap((dim) => indices.filter((index) => index.dim === dim))
    : [];
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
    before: makeTensor(`before ${name}`, "activation", axes),
    tau,
    leak,
    kind: definition.kind,
    ...(assumed.length === 0 ? {} : { assumed }),
    made: { options, over: over ?? null, declaration: definition.declaration ?? null },
  };
}
