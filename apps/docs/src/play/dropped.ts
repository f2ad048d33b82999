// Files that a reader drops onto a memory: which of its arrays each fills.

import {
  type ArrayData,
  arrayFormatOf,
  openDataFile,
  readNpz,
  readSafetensors,
} from "@hamlet/core";
import type { Dropped } from "./scene.ts";

/** What files gave, by the names of what they fill, and what is to be said of the others. */
export interface Filled {
  readonly data: Readonly<Record<string, Dropped>>;
  readonly said: readonly string[];
}

/** More numbers than this are no small model, and would hold up the page. */
const MOST_NUMBERS = 20_000_000;

/** Reads files as `ham run` does: npy, npz, safetensors, png, csv and other texts of numbers. */
export async function readDropped(files: readonly File[], text: string): Promise<Filled> {
  const names = [...text.matchAll(/^[ \t]*(?:data|given)[ \t]+(\w+)/gm)].map(([, name]) => name);
  const data: Record<string, Dropped> = {};
  const said: string[] = [];
  for (const file of files) {
    try {
      for (const [key, array] of await arraysOf(file)) {
        const name = nameFor(key, file.name, { names, text, taken: data });
        if (name === undefined) {
          said.push(
            `Nothing of the text takes ${key === "" ? "" : `\`${key}\` of `}\`${file.name}\`. Name the file after one of ${names.map((one) => `\`${one}\``).join(", ")}.`,
          );
        } else {
          data[name] = { shape: array.shape, values: Float32Array.from(array.data, Number) };
        }
      }
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { data, said };
}

/** The arrays of a file by their names; one without a name has an empty one. */
async function arraysOf(file: File): Promise<Map<string, ArrayData>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const format = arrayFormatOf(bytes);
  const found =
    format === "npz"
      ? readNpz(bytes, file.name)
      : format === "safetensors"
        ? readSafetensors(bytes, file.name).arrays
        : new Map([["", (await openDataFile(file.name, bytes)).read()]]);
  for (const { data } of found.values()) {
    if (data.length > MOST_NUMBERS)
      throw new Error(`\`${file.name}\` has more than ${MOST_NUMBERS} numbers.`);
  }
  return found;
}

/** The array of that name; the one whose file the text names; the only one that is left. */
function nameFor(
  key: string,
  file: string,
  of: {
    readonly names: readonly string[];
    readonly text: string;
    readonly taken: Readonly<Record<string, Dropped>>;
  },
): string | undefined {
  const { names, text, taken } = of;
  const stem = file.replace(/\.[^.]*$/, "");
  const read = names.filter((name) =>
    [
      ...text.matchAll(
        new RegExp(`^[ \\t]*(?:data|given)[ \\t]+${name}\\b[^\\n]*from "([^"]*)"`, "gm"),
      ),
    ].some(([, path]) => {
      const [named, part = ""] = path.split("#");
      return named.endsWith(file) && (part === "" || part === key);
    }),
  );
  const left = names.filter((name) => taken[name] === undefined);
  return (
    names.find((name) => name === key) ??
    (key === "" ? names.find((name) => name === stem) : undefined) ??
    read[0] ??
    (left.length === 1 ? left[0] : undefined)
  );
}
