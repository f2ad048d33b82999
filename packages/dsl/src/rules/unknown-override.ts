import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Span } from "../source.ts";

/** E0907: an override of something that the model does not have. */
export function unknownOverride(
  diagnostics: Diagnostics,
  name: string,
  settable: readonly { name: string; kind: string }[],
  span: Span,
): void {
  const near = suggest(
    name,
    settable.map((item) => item.name),
  );
  const all = settable.map((item) =>
    item.kind === "" ? item.name : `${item.name} (${item.kind})`,
  );
  const option = /(?:^|\.)(epochs|batch)$/.exec(name)?.[1];
  const training =
    option === undefined
      ? []
      : [
          option === "epochs"
            ? "how often a training sees its examples is set with `ham train --epochs`"
            : "the batch of a training is written in its block: `batch = 32`",
        ];
  diagnostics.report("E0907", span, {
    message: `this model has nothing called \`${name}\` to set`,
    help: [
      ...training,
      `${near === undefined ? "" : `did you mean \`${near}\`? `}Settable here: ${all.join(", ")}`,
    ],
  });
}
