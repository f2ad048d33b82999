import type { ArrayData } from "./array-data.ts";

/**
 * Numbers that were written as decimals. They become float32, as all entries of a model do, unless
 * that would change a whole number or lose one altogether: then they stay as they are, for whoever
 * reads them to judge.
 */
export function typedNumbers(shape: readonly number[], numbers: Float64Array): ArrayData {
  const exact = numbers.every((value) => !Number.isInteger(value) || Math.fround(value) === value);
  return exact
    ? { shape: [...shape], dtype: "float32", data: Float32Array.from(numbers) }
    : { shape: [...shape], dtype: "float64", data: numbers };
}
