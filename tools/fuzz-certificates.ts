// Makes certificates of random recalls, and mutants of them, and counts what the checker says.
//
//     node tools/fuzz-certificates.ts [CERTIFICATES [MUTANTS [SEED]]]

import { surveyCertificates } from "../packages/model/test/certificate-survey.ts";

const [certificates = 10_000, mutants = 1000, first = 1] = process.argv.slice(2).map(Number);

/** Certificates between two lines of the report. */
const PART = Math.min(certificates, 50);

const totals: Record<string, Record<string, number>> = { evidence: {}, reasons: {}, mutations: {} };
let [accepted, changed, wrong] = [0, 0, 0];
for (let done = 0; done < certificates; done += PART) {
  const length = Math.min(PART, certificates - done);
  const share = Math.round((mutants * (done + length)) / certificates) - changed;
  const survey = await surveyCertificates({
    certificates: length,
    mutants: share,
    seed: first + done,
  });
  accepted += survey.accepted;
  changed += survey.mutants;
  wrong += survey.wrong.length;
  for (const line of survey.wrong) console.log(line);
  for (const [name, table] of Object.entries(totals)) {
    for (const [key, count] of Object.entries(survey[name as "evidence"])) {
      table[key] = (table[key] ?? 0) + count;
    }
  }
  console.log(
    `${done + length} certificates: ${accepted} accepted; ${changed} mutants; wrong: ${wrong}`,
  );
}
console.log(JSON.stringify(totals, null, 2));
process.exitCode = wrong === 0 ? 0 : 1;
