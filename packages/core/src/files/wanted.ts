import { HamError } from "@hamlet/graph";
import { nearest } from "./nearest.ts";

/** What a reader is told about the file. */
export interface Wanted {
  /** Its name, for errors. */
  readonly file: string;
  /** The name of the array in it. */
  readonly wanted: string | undefined;
}

/** The parts of `FILE` or `FILE#NAME`; a key of its own overrides the name. */
export function wantedOf(name: string, key?: string): Wanted {
  const hash = name.lastIndexOf("#");
  if (hash < 0) return { file: name, wanted: key };
  return { file: name.slice(0, hash), wanted: key ?? name.slice(hash + 1) };
}

/** The error of a file that holds one array without a name, when one is asked for by name. */
export function noNames({ file, wanted }: Wanted, what: string): HamError {
  return new HamError(
    "core/unknown-array",
    `${file}: expected an array named "${wanted}", found ${what}, which holds one array without a ` +
      `name. Leave "#${wanted}" out.`,
    { file, wanted, keys: [] },
  );
}

/** The error of a column that a file of named columns lacks. */
export function noColumn(
  { file, wanted }: { readonly file: string; readonly wanted: string },
  names: readonly string[],
): HamError {
  const near = nearest(wanted, names);
  const advice =
    near === undefined ? 'Write one of them after "#".' : `Did you mean "${file}#${near}"?`;
  return new HamError(
    "core/unknown-array",
    `${file}: expected a column named "${wanted}", found ${names.slice(0, 12).join(", ")}. ${advice}`,
    { file, wanted, keys: names },
  );
}

/** The error of a column of something else than numbers; `other` is the name of a column. */
export function noNumbers(
  {
    file,
    wanted,
    other,
  }: { readonly file: string; readonly wanted: string; readonly other: string },
  dtype: string,
): HamError {
  return new HamError(
    "core/unsupported-dtype",
    `${file}#${wanted}: expected numbers, found a column of type ${dtype.toLowerCase()}. Take one column by its name, as in "${file}#${other}", or leave this one out of the file.`,
    { file, dtype },
  );
}

/** An error for a file whose columns are none of numbers, `core/bad-arrow` or `core/bad-parquet`. */
export function badColumns(
  format: "Arrow" | "Parquet",
  file: string,
  expected: string,
  found: string,
): HamError {
  return new HamError(
    `core/bad-${format.toLowerCase()}`,
    `${file}: not ${format === "Arrow" ? "an" : "a"} ${format} file of numbers. Expected ${expected}, found ${found}. Write it again, or copy it again if it was cut short.`,
    { file, expected, found },
  );
}
