// What a certificate says: the record that a recall or a training leaves for those who do not trust it.
//
// `schema/certificate-1.0.schema.json` is the same in JSON Schema.

import type { Ending } from "@hamlet/ham";

/** The version of the format. */
export const CERTIFICATE_VERSION = "1.0";

/** Two ends of an interval, both of which may belong to it. */
export type Bounds = readonly [low: number, high: number];

/** Numbers of every layer by its name, row-major. */
export type ByLayer<T = number> = Readonly<Record<string, readonly T[]>>;

/**
 * A box with exactly one point where every free unit stands still: `centre ± radius`, unit by unit.
 * A unit with radius 0 is held.
 */
export interface RestPointEvidence {
  readonly kind: "rest point";
  readonly centre: ByLayer;
  readonly radius: ByLayer;
  /** The directions in which the energy falls: 0 for a minimum, and as many as free units for a maximum. */
  readonly index: number;
  /**
   * A square matrix over the free units, row by row, that shows the index: the first `index` rows
   * are of directions down. Nothing is believed of it; see `verifyCertificate`.
   */
  readonly directions: readonly (readonly number[])[];
  /**
   * `Σ |end − centre| + radius` over the free units, to rounding: the end is no further from the rest
   * point than this. It says how far the end is, and not only at most: no unit of it can be another.
   */
  readonly distance: number;
  /**
   * Whether slopes are straight lines over the box, times a number that is nowhere 0, as where the same
   * of Epanechnikov's kernels are above 0: the rest point then solves linear equations, and a search that
   * comes into the box is there after one step more.
   */
  readonly exact?: true;
}

/** Bits of which none gains by a flip alone. */
export interface BitsEvidence {
  readonly kind: "bits";
  /**
   * The field of every unit, `(E(low) − E(high)) / (high − low)`: above 0 it holds the unit high,
   * below 0 low, and at 0 where it is. Units that are held have one as well.
   */
  readonly fields: ByLayer<Bounds>;
}

/** Bits that come back: each state follows from the one before when all units obey their fields. */
export interface CycleEvidence {
  readonly kind: "cycle";
  readonly states: readonly ByLayer[];
  readonly fields: readonly ByLayer<Bounds>[];
}

/** States on the way with their energies: each lies below the one before, and by more than rounding. */
export interface FallingEvidence {
  readonly kind: "falling energy";
  readonly steps: readonly number[];
  readonly states: readonly ByLayer[];
  readonly energies: readonly Bounds[];
}

/** Parts of energies that hold their floor or ceiling at the end, as `Outcome.clips` tells them. */
export interface ClipEvidence {
  readonly kind: "clipped";
  /** The energies whose slope in a layer is exactly 0 at the end, in pairs of energy and layer. */
  readonly flat: readonly (readonly [energy: string, layer: string])[];
}

/**
 * How far an energy by random features may lie from the one that they stand for, by what its rows say:
 * were they drawn anew and each alone, the energy would have this standard deviation.
 */
export interface FeaturesEvidence {
  readonly kind: "random features";
  readonly energy: string;
  /** The dim of the rows. */
  readonly rows: string;
  /** Whether the sum over rows lies below its floor, where nothing is left of it. */
  readonly clipped: boolean;
  /** The standard deviation of the sum over the sum: above 0.35 a logarithm of it is not to be trusted. */
  readonly noise: Bounds | null;
  /** The standard deviation of the energy. */
  readonly deviation: Bounds | null;
}

/** What shows how one example of a recall ended. */
export type Evidence =
  | RestPointEvidence
  | BitsEvidence
  | CycleEvidence
  | FallingEvidence
  | ClipEvidence
  | FeaturesEvidence;

/** What is certified of one example. */
export interface CertifiedExample {
  /** What the recall says of itself. No checker can tell it from the end alone. */
  readonly told: { readonly ending: Ending; readonly steps: number };
  /** The states of all layers at the end; null where they are not all numbers. */
  readonly end: ByLayer | null;
  /** Between these lies the energy of the end; null where no bounds are known. */
  readonly energy: Bounds | null;
  readonly evidence: readonly Evidence[];
  /** What could not be certified, and why: a sentence each. */
  readonly uncertified: readonly string[];
}

/** What every certificate holds. */
export interface Sealed {
  readonly certificate: typeof CERTIFICATE_VERSION;
  readonly kind: "recall" | "training";
  /** `modelId` of the graph. */
  readonly model: string;
  /** The hash of the entries of every const, data and given that the model has, and of a recall's params. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The hash of all the rest: what was changed by accident is no longer this. */
  readonly seal: string;
}

/** The certificate of a recall. */
export interface RecallCertificate extends Sealed {
  readonly kind: "recall";
  readonly recall: string;
  readonly examples: readonly CertifiedExample[];
}

/** A line of the journal of a training: null for what was not measured there. */
export interface JournalLine {
  /** Steps that are done. */
  readonly step: number;
  /** The mean loss of the minibatch of this step. */
  readonly loss: number | null;
  /** The loss on what is held back, after this step. */
  readonly heldBack: number | null;
  /** The hash of the hash before and of this line; the first goes on from that of all the rest. */
  readonly hash: string;
}

/** The certificate of a training: how its loss fell, line by line, and what it ended with. */
export interface TrainingCertificate extends Sealed {
  readonly kind: "training";
  readonly training: string;
  /** What it learned from and how, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly journal: readonly JournalLine[];
  /** The hash of every param at the end. */
  readonly params: Readonly<Record<string, string>>;
}
