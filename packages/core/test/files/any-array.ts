import * as fc from "fast-check";
import type { ArrayData } from "@hamlet/core";

const ELEMENTS = {
  bool: fc.nat({ max: 1 }),
  int8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  uint8: fc.nat({ max: 2 ** 8 - 1 }),
  int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  uint16: fc.nat({ max: 2 ** 16 - 1 }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  float32: fc.float(),
  float64: fc.double(),
};
const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 3 });
const sizeOf = (shape: number[]) => shape.reduce((product, d) => product * d, 1);
const exactly = (length: number) => ({ minLength: length, maxLength: length });

const numbers: fc.Arbitrary<ArrayData> = fc
  .tuple(shapes, fc.constantFrom(...(Object.keys(ELEMENTS) as (keyof typeof ELEMENTS)[])))
  .chain(([shape, dtype]) =>
    fc
      .array<number>(ELEMENTS[dtype], exactly(sizeOf(shape)))
      .map((elements) => ({ shape, dtype, data: ARRAYS[dtype].from(elements) })),
  );

const bigNumbers: fc.Arbitrary<ArrayData> = fc
  .tuple(shapes, fc.boolean())
  .chain(([shape, signed]) =>
    fc
      .array(
        fc.bigInt(
          signed ? { min: -(2n ** 63n), max: 2n ** 63n - 1n } : { min: 0n, max: 2n ** 64n - 1n },
        ),
        exactly(sizeOf(shape)),
      )
      .map((elements) => ({
        shape,
        dtype: signed ? "int64" : "uint64",
        data: signed ? BigInt64Array.from(elements) : BigUint64Array.from(elements),
      })),
  );

/** Arrays of every element type and of shapes with zero to three dimensions. */
export const anyArray: fc.Arbitrary<ArrayData> = fc.oneof(
  { weight: 9, arbitrary: numbers },
  { weight: 2, arbitrary: bigNumbers },
);

/** Up to four arrays by name, the names including awkward ones. */
export const anyArrays: fc.Arbitrary<Map<string, ArrayData>> = fc
  .uniqueArray(fc.tuple(fc.string({ maxLength: 12 }), anyArray), {
    maxLength: 4,
    selector: ([key]) => key,
  })
  .map((entries) => new Map(entries));
