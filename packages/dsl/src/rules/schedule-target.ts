import type { MissedSchedule } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0706: only a const can be scheduled. */
export function scheduleTarget(
  diagnostics: Diagnostics,
  name: string,
  kind: string,
  span: Span,
): void {
  diagnostics.report("E0706", span, {
    message: `only a \`const\` can be scheduled; \`${name}\` is a ${kind}`,
  });
}

/** E0706: what is computed before a recall does not follow a const that the recall moves. */
export function scheduleMisses(
  diagnostics: Diagnostics,
  { recall, place, owner, read, isConst }: MissedSchedule,
  span: Span,
): void {
  const { name } = read.tensor;
  diagnostics.report("E0706", span, {
    message: `the schedule of \`${name}\` in \`${recall}\` does not reach ${place}`,
    label: "computed once, before the recall",
    help: [
      isConst
        ? `make \`${owner}\` a \`let\`, which follows`
        : "write a number, or read a const that no schedule moves",
    ],
  });
}
