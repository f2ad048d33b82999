import type { ArrayData, TypedArray } from "./array-data.ts";

/**
 * Elements as numbers: those of 64 bits in float64 where that is exact for every one of them, else
 * null.
 */
export function exactNumbers(
  data: TypedArray,
): Exclude<TypedArray, BigInt64Array | BigUint64Array> | null {
  if (!(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) return data;
  // Halves of 32 bits are many times as fast as big integers.
  const { buffer, byteOffset, length } = data;
  const lows = new Uint32Array(buffer, byteOffset, 2 * length);
  const highs =
    data instanceof BigInt64Array ? new Int32Array(buffer, byteOffset, 2 * length) : lows;
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const high = highs[2 * i + 1];
    if (high >= 2 ** 21 || high <= -(2 ** 21)) return null;
    numbers[i] = high * 2 ** 32 + lows[2 * i];
  }
  return numbers;
}

/** Elements as float64; what is float64 already is not copied. */
export function asFloat64(data: TypedArray): Float64Array {
  const numbers = exactNumbers(data);
  if (numbers instanceof Float64Array) return numbers;
  return numbers === null ? Float64Array.from(data, Number) : new Float64Array(numbers);
}

/** Elements as float32; what is float32 already is not copied. */
export function asFloat32(data: TypedArray): Float32Array {
  if (data instanceof Float32Array) return data;
  return new Float32Array(exactNumbers(data) ?? asFloat64(data));
}

/** Whether whole numbers near this one are no longer all told apart. */
export function isBeyondFloat64(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** Whole numbers by their digits, which float64 may change; null where 64 bits do not hold them all. */
export function typedWholes(shape: readonly number[], texts: readonly string[]): ArrayData | null {
  if (!texts.every((text) => /^[+-]?\d+$/.test(text))) return null;
  const wholes = texts.map((text) => BigInt(text.replace(/^\+/, "")));
  if (wholes.some((whole) => BigInt.asIntN(64, whole) !== whole)) return null;
  return { shape: [...shape], dtype: "int64", data: BigInt64Array.from(wholes) };
}

/**
 * Numbers that were written as decimals. They become float32, as all entries of a model do, unless
 * that would change a whole number or lose one altogether: then they stay as they are, for whoever
 * reads them to judge.
 */
export function typedNumbers(shape: readonly number[], numbers: Float64Array): ArrayData {
  const exact = numbers.every((value) => !Number.isInteger(value) || Math.fround(value) === value);
  return exact
    ? { shape: [...shape], dtype: "float32", data: new Float32Array(numbers) }
    : { shape: [...shape], dtype: "float64", data: numbers };
}
