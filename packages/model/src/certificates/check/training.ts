// The checker of trainings: a journal whose lines were changed, left out or put in another order breaks
// its chain of hashes, and the chain begins with the model, its data and its settings.

import type { Work } from "@hamlet/core";
import { digest, type Tensor } from "@hamlet/graph";
import type { JournalLine, TrainingCertificate } from "../certificate.ts";
import { type CertifiedModel, demand, Findings, hashesOf, type Verdict } from "./findings.ts";

type Head = Pick<TrainingCertificate, "model" | "inputs" | "training" | "settings" | "params">;

/** The hash with which a journal of so many lines begins: of all that does not change on the way, and of the end. */
export const headOf = (
  { model, inputs, training, settings, params }: Head,
  lines: number,
): string => digest(JSON.stringify([model, inputs, training, settings, params, lines]));

/** The hash of a line that comes after another. */
export const linkOf = (
  before: string,
  { step, loss, heldBack }: Omit<JournalLine, "hash">,
): string => digest(JSON.stringify([before, step, loss, heldBack]));

/** The arrays of a model that a training learns, or those that it leaves as they are. */
export const learned = ({ entries }: CertifiedModel, is: boolean): CertifiedModel["entries"] =>
  new Map(
    [...entries].filter(([{ kind }]: readonly [Tensor, unknown]) => (kind === "param") === is),
  );

/**
 * Checks what a certificate of a training claims: its chain, and that the model has the settings, the data
 * and the params of it. Whether these losses are those of such a training, only running it again tells.
 * @param settings - what the train block of that name says now.
 */
export function* verifyTraining(
  certificate: TrainingCertificate,
  model: CertifiedModel,
  settings: (training: string) => Readonly<Record<string, string>>,
): Work<Verdict> {
  const findings = new Findings();
  const { graph } = model;
  const inputs = learned(model, false);
  yield* findings.ofAny(certificate, { graph, kind: "training", arrays: inputs });
  yield* findings.attempt("settings", () => {
    const now = settings(certificate.training);
    for (const [name, text] of Object.entries(now)) {
      const told = certificate.settings[name];
      // What was held out is no part of the model.
      const isOurs = name === "held out" || told === text;
      demand(
        isOurs,
        `${name}: expected ${told}, found ${text}: another train block, or other files`,
      );
    }
    return `${certificate.training} by ${certificate.settings.optimiser}`;
  });
  yield* findings.attempt("journal", () => chain(certificate));
  yield* findings.attempt("params", () => {
    const found = hashesOf(learned(model, true));
    for (const name of new Set([...Object.keys(found), ...Object.keys(certificate.params)])) {
      demand(
        certificate.params[name] === found[name],
        `"${name}" is not what the training ended with: give the params that it wrote (--params)`,
      );
    }
    return `${Object.keys(found).length} arrays as the training left them`;
  });
  return findings.verdict;
}

function* chain(certificate: TrainingCertificate): Work<string> {
  let before = headOf(certificate, certificate.journal.length);
  for (const [i, line] of certificate.journal.entries()) {
    yield;
    demand(line.step === i, `line ${i} is of step ${line.step}: lines are missing or out of order`);
    const hash = linkOf(before, line);
    demand(line.hash === hash, `the line of step ${i} does not follow from the one before`);
    before = hash;
  }
  const steps = certificate.journal.length - 1;
  demand(steps >= 0, "there is no line");
  return `each of ${steps} steps follows from the one before, and the first from the settings`;
}
