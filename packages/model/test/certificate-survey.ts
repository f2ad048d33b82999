// Certificates of random recalls, which the checker has to accept, and changed ones, which it must not.

import { loadModel, type RecallCertificate } from "@hamlet/model";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { Ajv } from "ajv";
import schema from "../schema/certificate-1.0.schema.json" with { type: "json" };
import { certificateCase, MUTATIONS } from "./certificate-cases.ts";
import { stream } from "./random-hypergraph.ts";

const follows = new Ajv({ strictTypes: false }).compile(schema);

/** What came of many certificates. */
export interface CertificateSurvey {
  readonly accepted: number;
  /** Certificates that were refused, and mutants that were not: with the seed that makes them again. */
  readonly wrong: readonly string[];
  readonly mutants: number;
  /** How often there was evidence of a kind, a reason for there being none, and a mutation. */
  readonly evidence: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly mutations: Readonly<Record<string, number>>;
}

/** Certifies one random recall a seed, and changes something in as many as there are mutants. */
export async function surveyCertificates({
  certificates,
  mutants,
  seed: first,
}: {
  readonly certificates: number;
  readonly mutants: number;
  readonly seed: number;
}): Promise<CertificateSurvey> {
  const [wrong, evidence, reasons, mutations] = [[] as string[], {}, {}, {}];
  const count = (table: Record<string, number>, name: string) => {
    table[name] = (table[name] ?? 0) + 1;
  };
  let [accepted, changed] = [0, 0];
  for (let done = 0; done < certificates; done++) {
    const seed = first + done;
    await useBackend(done % 2 === 0 ? "cpu" : "wasm");
    const { text, recall, engine } = certificateCase(seed);
    using model = await loadModel({ name: `${seed}.ham`, text }, { seed });
    const on = engine === undefined ? {} : { engine };
    using result = await model.recall({ recall, certificate: true, ...on });
    // What anyone reads is the text of it.
    const certificate = JSON.parse(JSON.stringify(result.certificate)) as RecallCertificate;
    const { accepted: isAccepted, refused } = await model.verify(certificate);
    if (!follows(certificate)) wrong.push(`${seed} does not follow the schema`);
    if (isAccepted) accepted++;
    else wrong.push(`${seed} is refused: ${refused.join("; ")}`);
    for (const example of certificate.examples) {
      example.evidence.forEach(({ kind }) => count(evidence, kind));
      if (example.evidence.length === 0) count(evidence, "none");
      example.uncertified.forEach((why) => count(reasons, why.replaceAll(/-?\d[\d.e+-]*/g, "…")));
    }
    const draw = stream(seed);
    for (let tries = 0; tries < 50 && changed < ((done + 1) / certificates) * mutants; tries++) {
      const names = Object.keys(MUTATIONS);
      const name = names[Math.floor(draw() * names.length)];
      const mutant = MUTATIONS[name](certificate, draw);
      if (mutant === null) continue;
      changed++;
      count(mutations, name);
      if ((await model.verify(mutant)).accepted)
        wrong.push(`${seed} is accepted with ${name} changed`);
    }
  }
  return { accepted, wrong, mutants: changed, evidence, reasons, mutations };
}
