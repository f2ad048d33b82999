import { demandOf, type Refusal, type Tensor } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** An entry that a declaration rules out, and where it comes from: "`x.npy` has". */
export interface ForeignEntry {
  readonly from: string;
  readonly at: readonly number[];
  readonly value: number | bigint;
  readonly because: Refusal;
}

/** E0405: an entry from outside that the declaration of its tensor does not allow. */
export function badEntry(
  diagnostics: Diagnostics,
  tensor: Pick<Tensor, "name" | "elem" | "bound">,
  { from, at, value, because }: ForeignEntry,
  span: Span,
): void {
  const place = at.length === 0 ? "" : ` at [${at.join(", ")}]`;
  diagnostics.report("E0405", span, {
    message: `\`${tensor.name}\` must hold ${demandOf(tensor)}`,
    label: `${from} ${String(value)}${place}`,
    ...advice(tensor, value, because),
  });
}

function advice(
  { name, elem, bound }: Pick<Tensor, "name" | "elem" | "bound">,
  value: number | bigint,
  because: Refusal,
): { help: string[]; note?: string[] } {
  const held = Math.fround(Number(value));
  switch (because) {
    case "rounding":
      return {
        help: ["number the entries anew from 0, or keep the large part of them in another array"],
        note: [`float32 holds whole numbers up to 2^24 = 16777216 exactly; this becomes ${held}`],
      };
    case "bound":
      return {
        help: [
          `mend the entry, or declare \`${name}\` without \`${bound!.op} ${bound!.value}\`: what is proven of the model rests on it`,
        ],
        ...(held === Number(value) ? {} : { note: [`float32 holds it as ${held}`] }),
      };
    case "element":
      return {
        help: [
          elem === "real"
            ? "clean the data, or leave such entries out before saving it"
            : `check that this is the right file; \`${name}: real[…]\` takes any finite number`,
        ],
      };
  }
}
