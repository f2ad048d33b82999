import { explain, explainText, printCertificate } from "@hamlet/graph";
import type { Document } from "./document.ts";
import { certificateOf } from "./hover.ts";

/** What `ham explain` prints of a file; null where it has mistakes, or energies that are code. */
export function explanationOf(document: Document): string | null {
  const certificate = certificateOf(document);
  if (certificate === null) return null;
  const claims = printCertificate(certificate).replaceAll(/^(?=.)/gm, "  ");
  return `${explainText(explain(document.compilation.graph))}\nCertificate\n${claims}`;
}
