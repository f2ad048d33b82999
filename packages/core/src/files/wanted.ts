import { HamError } from "@hamlet/graph";

/** What a reader is told about the file. */
export interface Wanted {
  /** Its name, for errors. */
  readonly file: string;
  /** The name of the array in it. */
  readonly wanted: string | undefined;
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
