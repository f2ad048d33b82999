import { type Bound, demandOf, refusalOf, SETTING_RANGES, type Tensor } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** E0405: a value outside its declared bound. */
export function valueOutOfBounds(
  diagnostics: Diagnostics,
  name: string,
  bound: Bound,
  value: number | bigint,
  span: Span,
  note: string | null,
): void {
  diagnostics.report("E0405", span, {
    message: `\`${name}\` must be ${bound.op} ${bound.value}`,
    label: `this is ${value}`,
    ...(note === null ? {} : { note: [note] }),
  });
}

/** E0405: a value that the declaration of its tensor rules out. */
export function valueRefused(
  diagnostics: Diagnostics,
  name: string,
  declared: Pick<Tensor, "elem" | "bound">,
  value: number | bigint,
  span: Span,
  note: string | null,
): void {
  if (declared.bound !== null && refusalOf(declared, value) === "bound") {
    valueOutOfBounds(diagnostics, name, declared.bound, value, span, note);
    return;
  }
  const rounded =
    refusalOf(declared, value) === "rounding"
      ? [
          `float32 holds whole numbers up to 2^24 exactly; this becomes ${Math.fround(Number(value))}`,
        ]
      : [];
  const notes = [...rounded, ...(note === null ? [] : [note])];
  diagnostics.report("E0405", span, {
    message: `\`${name}\` must hold ${demandOf(declared)}`,
    label: `this is ${value}`,
    ...(notes.length === 0 ? {} : { note: notes }),
  });
}

/** E0405: a setting of a recall, a test or a training that cannot run. */
export function settingRefused(
  diagnostics: Diagnostics,
  name: string,
  value: number,
  span: Span,
  isSet: boolean,
): void {
  diagnostics.report("E0405", span, {
    message: `\`${name}\` must be ${SETTING_RANGES[name].text}`,
    label: isSet ? `\`--set\` makes it ${value} here` : `this is ${value}`,
  });
}

/** What was written where a declaration asks for something, and where. */
interface Wider {
  /** Who declares it: a part, a synapse, a param. */
  readonly who: string;
  readonly wanted: Pick<Tensor, "elem" | "bound">;
  readonly written: string;
  readonly span: Span;
}

/** E0405: a part or a synapse declares more of a name than what is bound to it. */
export function declaredWider(diagnostics: Diagnostics, wider: Wider): void {
  const { elem, bound } = wider.wanted;
  const limit = bound === null ? "" : ` ${bound.op} ${bound.value}`;
  mayBeOthers(diagnostics, wider, {
    label: "declared wider",
    help: [`declare it \`${elem}${limit}\` too`],
  });
}

/** E0405: the same of a formula. */
export function formulaWider(diagnostics: Diagnostics, wider: Wider): void {
  const { bound } = wider.wanted;
  const limit = bound?.op.startsWith(">") === true ? "max" : "min";
  mayBeOthers(diagnostics, wider, {
    label: "no bound follows from the formula",
    help: [
      bound === null
        ? "bind an array that is declared so"
        : `limit the formula by \`${limit}(…, …)\`, or declare what it reads with bounds`,
    ],
  });
}

function mayBeOthers(
  diagnostics: Diagnostics,
  { who, wanted, written, span }: Wider,
  advice: { readonly label: string; readonly help: string[] },
): void {
  diagnostics.report("E0405", span, {
    message: `${who} takes ${demandOf(wanted)} here, and \`${written}\` may be others`,
    ...advice,
  });
}
