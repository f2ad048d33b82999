// The certificate of a training: its journal as a chain of hashes, and what it ended with.

import { modelId } from "@hamlet/graph";
import type { TrainResult } from "@hamlet/ham";
import { CERTIFICATE_VERSION, type JournalLine, type TrainingCertificate } from "./certificate.ts";
import { type CertifiedModel, hashesOf, sealOf } from "./check/findings.ts";
import { headOf, learned, linkOf } from "./check/training.ts";

/** Makes the certificate of a training that has ended; the params of the model are those of its end. */
export function certifyTraining(
  model: CertifiedModel,
  training: string,
  { settings, losses, validation }: Pick<TrainResult, "settings" | "losses" | "validation">,
): TrainingCertificate {
  const head = {
    certificate: CERTIFICATE_VERSION,
    kind: "training",
    model: modelId(model.graph),
    inputs: hashesOf(learned(model, false)),
    training,
    settings,
    params: hashesOf(learned(model, true)),
  } as const;
  const heldBack = new Map(validation.map(({ step, loss }) => [step, loss]));
  const journal: JournalLine[] = [];
  let before = headOf(head, losses.length + 1);
  for (let step = 0; step <= losses.length; step++) {
    const line = { step, loss: losses[step - 1] ?? null, heldBack: heldBack.get(step) ?? null };
    journal.push({ ...line, hash: (before = linkOf(before, line)) });
  }
  const certificate = { ...head, journal };
  return { ...certificate, seal: sealOf(certificate) };
}
