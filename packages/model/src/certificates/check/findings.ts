// What a checker finds: claims that hold and claims that do not, and what every certificate claims.

import type { Work } from "@hamlet/core";
import { type Dim, digest, type EnergyGraph, HamError, modelId, type Tensor } from "@hamlet/graph";
import { type Bounds, CERTIFICATE_VERSION, type Sealed } from "../certificate.ts";
import { isIn } from "./bounds.ts";
import { Undecided } from "./values.ts";

/** A claim that does not hold: the sentence says what was expected and what was found. */
export class Refused extends Error {}
export function demand(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Refused(why);
}

export function isInside(
  found: Bounds,
  told: Bounds | null | undefined,
  what: string,
): asserts told is Bounds {
  demand(
    Array.isArray(told) && isIn(found, told),
    `${what}: expected bounds around [${found.join(", ")}], found [${String(told)}]`,
  );
}

interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What a certificate is checked against. */
export interface CertifiedModel {
  readonly graph: EnergyGraph;
  readonly sizes: ReadonlyMap<Dim, number>;
  /** Every const, param, data and given; a given has its examples in front. */
  readonly entries: ReadonlyMap<Tensor, Numbers>;
}

/** What a checker found: nothing that is refused, or the certificate as a whole is. */
export interface Verdict {
  readonly accepted: boolean;
  /** What holds, a sentence each. */
  readonly proven: readonly string[];
  /** What was expected and what was found, with its place. */
  readonly refused: readonly string[];
}

/** The hash of the entries of a tensor. */
export const hashOf = ({ shape, data }: Numbers): string =>
  digest(JSON.stringify([shape, Array.from(data)]));

/** The hashes of arrays by their names. */
export const hashesOf = (entries: Iterable<readonly [Tensor, Numbers]>): Record<string, string> =>
  Object.fromEntries([...entries].map(([{ name }, entry]) => [name, hashOf(entry)]));

/** The seal of a certificate: the hash of all else in it. */
export const sealOf = (certificate: Omit<Sealed, "seal">): string =>
  digest(JSON.stringify({ ...certificate, seal: undefined }));

export class Findings {
  readonly #proven: string[] = [];
  readonly #refused: string[] = [];

  get verdict(): Verdict {
    const [proven, refused] = [this.#proven, this.#refused];
    return { accepted: refused.length === 0, proven, refused };
  }

  /** Keeps what a check shows, or why it shows nothing. */
  *attempt(where: string, check: () => string | Work<string>): Work<void> {
    yield;
    try {
      const shown = check();
      this.#proven.push(`${where}: ${typeof shown === "string" ? shown : yield* shown}`);
    } catch (error) {
      const isOurs =
        error instanceof Refused || error instanceof Undecided || HamError.isInstance(error);
      this.#refused.push(
        `${where}: ${isOurs ? error.message : `this cannot be read (${String(error)})`}`,
      );
    }
  }

  /** What every certificate claims: its seal, its model, and the arrays that were read. */
  *ofAny(
    certificate: Sealed,
    {
      graph,
      kind,
      arrays,
    }: { graph: EnergyGraph; kind: string; arrays: CertifiedModel["entries"] },
  ): Work<void> {
    yield* this.attempt("seal", () => {
      demand(
        certificate.certificate === CERTIFICATE_VERSION && certificate.kind === kind,
        `expected a certificate of a ${kind} of version ${CERTIFICATE_VERSION}`,
      );
      demand(
        sealOf(certificate) === certificate.seal,
        "something was changed after it was written",
      );
      return "nothing was changed since it was written";
    });
    yield* this.attempt("model", () => {
      const id = modelId(graph);
      demand(
        id === certificate.model,
        `expected ${certificate.model}, found ${id}: another model, or other consts (--set)`,
      );
      return id;
    });
    yield* this.attempt("inputs", () => {
      const found = hashesOf(arrays);
      for (const name of new Set([...Object.keys(found), ...Object.keys(certificate.inputs)])) {
        demand(
          certificate.inputs[name] === found[name],
          `"${name}" holds other numbers: give the same files and --seed`,
        );
      }
      return `${Object.keys(found).length} arrays`;
    });
  }
}
