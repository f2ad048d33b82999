import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { count } from "../diagnostics/place.ts";

/** E0401: a synapse joins as many neurons as its head says. */
export function wrongArity(
  diagnostics: Diagnostics,
  synapse: string,
  wanted: number,
  given: readonly string[],
  signature: string,
  span: Span,
): void {
  const repeated =
    given.length > 0 && given.length < wanted
      ? [...Array.from({ length: wanted - given.length }, () => given[0]), ...given]
      : null;
  diagnostics.report("E0401", span, {
    message: `\`${synapse}\` joins ${count(wanted, "neuron")}, but ${given.length} ${given.length === 1 ? "is" : "are"} given`,
    note: [`synapse ${signature}`],
    ...(repeated === null
      ? {}
      : { help: [`a neuron may appear twice: \`${synapse}(${repeated.join(", ")})\``] }),
  });
}
