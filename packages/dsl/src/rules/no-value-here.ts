import type { MisplacedRead } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0205: a layer is read where it has no value, or a given where one value serves all examples. */
export function noValueHere(
  diagnostics: Diagnostics,
  { place, read, examples }: MisplacedRead,
  span: Span,
): void {
  const { name, kind } = read.tensor;
  const isLayer = kind === "activation";
  const known = examples ? "a const, a param, data or a given" : "a const, a param or data";
  const quantities = place.includes("stop") ? ", or `change`, `energy`, `step`, `settled`" : "";
  diagnostics.report("E0205", span, {
    message: `${place} cannot read ${isLayer ? "the layer " : ""}\`${name}\``,
    label: isLayer ? "layers have values in energies alone" : "another one for every example",
    help: [`read ${known} instead${quantities}`],
  });
}
