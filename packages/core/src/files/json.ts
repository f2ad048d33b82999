/*
 * Arrays in JSON: nested lists of numbers or of true and false, or an object of them by name.
 */
import { HamError } from "@hamlet/graph";

import type { ArrayEntry } from "./array-data.ts";
import { noNames, type Wanted } from "./wanted.ts";
import { nearest } from "./nearest.ts";
import { parseJson } from "./parse-json.ts";
import { isBeyondFloat64, typedNumbers, typedWholes } from "./typed-numbers.ts";

/** Lists nested deeper are no arrays that a model has names for. */
const MOST_AXES = 32;

/**
 * One array of a JSON text.
 *
 * @throws HamError `core/bad-json` when the text is no JSON, or a list is no array of numbers.
 * @throws HamError `core/unknown-array` for a name that is not there.
 */
export function openJson(text: string, { file, wanted }: Wanted): ArrayEntry {
  const value = parse(text, file);
  if (Array.isArray(value)) {
    if (wanted !== undefined) throw noNames({ file, wanted }, "a JSON list");
    return entryOf(value, file);
  }
  const arrays = Object.entries(value as object).filter(([, array]) => Array.isArray(array));
  const keys = arrays.map(([name]) => name);
  const found =
    wanted === undefined
      ? arrays.length === 1 && arrays[0]
      : arrays.find(([name]) => name === wanted);
  if (found) return { ...entryOf(found[1] as unknown[], `${file}#${found[0]}`), key: found[0] };
  const expected = wanted === undefined ? "one list" : `a list named "${wanted}"`;
  const near = wanted === undefined ? undefined : nearest(wanted, keys);
  const advice =
    keys.length === 0
      ? 'Write lists of numbers, such as {"A": [[0, 1], [1, 0]]}.'
      : near === undefined
        ? `Write one of them after "#", for example "${file}#${keys[0]}".`
        : `Did you mean "${file}#${near}"?`;
  throw new HamError(
    "core/unknown-array",
    `${file}: expected ${expected}, found ${keys.slice(0, 12).join(", ") || "an object without lists"}. ${advice}`,
    { file, wanted, keys },
  );
}

function parse(text: string, file: string): unknown {
  try {
    return parseJson(text, /\d{16}/.test(text) ? byDigits : undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HamError(
      "core/bad-json",
      `${file}: expected JSON, since it begins with a bracket, found a mistake: ${reason}. ` +
        "Mend it, or save the numbers in another form.",
      { file },
    );
  }
}

/** A whole number that float64 may change stays as it is written, where the platform tells that. */
function byDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  const isOpen = typeof value === "number" && isBeyondFloat64(value);
  return isOpen && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function shown(part: unknown): string {
  const plain = (_key: string, value: unknown) =>
    typeof value === "bigint" ? Number(value) : value;
  return JSON.stringify(part, plain).slice(0, 40);
}

function entryOf(list: readonly unknown[], where: string): ArrayEntry {
  const shape: number[] = [];
  for (let part: unknown = list; Array.isArray(part); [part] = part as readonly unknown[]) {
    if (shape.length === MOST_AXES) throw badList(where, `at most ${MOST_AXES} axes`, "more");
    shape.push(part.length);
  }
  const numbers = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let next = 0;
  let areWhole = false;
  const collect = (part: unknown, depth: number, place: string): void => {
    if (depth === shape.length) {
      if (typeof part !== "number" && typeof part !== "boolean" && typeof part !== "bigint") {
        throw badList(where, `a number at ${place}`, shown(part));
      }
      areWhole ||= typeof part === "bigint";
      numbers[next++] = Number(part);
      return;
    }
    const size = shape[depth];
    if (!Array.isArray(part) || part.length !== size) {
      const found = Array.isArray(part) ? `${part.length}` : shown(part);
      throw badList(where, `a list of ${size} at ${place}, as everywhere on that level`, found);
    }
    part.forEach((inner, i) => collect(inner, depth + 1, `${place}[${i}]`));
  };
  collect(list, 0, "the list");
  const wholes = areWhole ? typedWholes(shape, list.flat(MOST_AXES).map(String)) : null;
  return {
    header: { shape, dtype: "float32" },
    typed: true,
    read: () => wholes ?? typedNumbers(shape, numbers),
  };
}

function badList(where: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-json",
    `${where}: not an array of numbers. Expected ${expected}, found ${found}. ` +
      "Write lists of equal lengths with numbers in them.",
    { source: where, expected, found },
  );
}
