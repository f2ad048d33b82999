// A picture of a page: what is drawn, and how. It is drawn of nothing but the numbers in the file beside it.

/** A picture, by the text of its file of numbers. */
export interface Picture {
  /** Its numbers, computed anew, as JSON. */
  readonly numbers: () => Promise<string>;
  readonly draw: (numbers: string) => Promise<string | Uint8Array>;
}

/** Digits that can be seen in no picture. */
const DIGITS = 6;

/** A picture of what is measured. */
export function picture<Numbers extends object>(
  measure: () => Numbers | Promise<Numbers>,
  draw: (numbers: Numbers) => string | Uint8Array | Promise<string | Uint8Array>,
  digits = DIGITS,
): Picture {
  return {
    numbers: async () => `${compact(await measure(), digits)}\n`,
    draw: async (numbers) => settled(await draw(JSON.parse(numbers) as Numbers)),
  };
}

/** A drawing whose clips are counted from 1, whatever was drawn before it. */
export function settled<Drawn extends string | Uint8Array>(drawn: Drawn): Drawn | string {
  if (typeof drawn !== "string") return drawn;
  const clips = new Map<string, string>();
  return drawn.replaceAll(/plot-clip-\d+/g, (name) => {
    if (!clips.has(name)) clips.set(name, `plot-clip-${clips.size + 1}`);
    return clips.get(name)!;
  });
}

/** Data as JSON, with so many digits. */
export function compact(data: object, digits: number): string {
  return JSON.stringify(data, (_, value: unknown) => {
    if (typeof value === "number") return Number(value.toPrecision(digits));
    return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  });
}

/** Numbers as they are computed with; what is none is null in a file. */
export function float64(values: ArrayLike<number | null>): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}
