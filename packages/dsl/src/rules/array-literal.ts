import type { Dim } from "@hamlet/graph";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import { count } from "../diagnostics/place.ts";

/** E0313: an array that is written out has other axes than its declaration. */
export function arrayShape(
  diagnostics: Diagnostics,
  {
    message,
    label,
    related = [],
    form,
  }: {
    readonly message: string;
    readonly label?: string | undefined;
    readonly related?: readonly { readonly span: Span; readonly label: string }[] | undefined;
    /** What is declared, as a sentence. */
    readonly form: string;
  },
  span: Span,
): void {
  diagnostics.report("E0313", span, {
    message,
    ...(label === undefined ? {} : { label }),
    related,
    note: [form],
  });
}

/** E0313: two arrays, or an array and a file, give one dim two sizes. */
export function arrayDisagrees(
  diagnostics: Diagnostics,
  name: string,
  {
    dim,
    size,
    known,
    other,
  }: {
    readonly dim: Dim;
    readonly size: number;
    readonly known: number;
    readonly other: string;
  },
  span: Span,
): void {
  diagnostics.report("E0313", span, {
    message: `${dim.name} is ${known}, but \`${name}\` has ${count(size, "entry", "entries")} along it`,
    label: `${dim.name} would be ${size}`,
    note: [`${dim.name} = ${known} comes from ${other}`],
  });
}

/** E0413: an entry of an array that cannot be one. */
export function arrayEntry(
  diagnostics: Diagnostics,
  message: string,
  label: string,
  span: Span,
): void {
  diagnostics.report("E0413", span, { message, label });
}
