// The blocked product against three loops.

import { atOnce, key, normal } from "@hamlet/core";
import { addProduct, gramProduct } from "@hamlet/core/numbers";
import { expect, test } from "vitest";

test.each([
  { rows: 1, columns: 1, depth: 1 },
  { rows: 3, columns: 5, depth: 2 },
  { rows: 4, columns: 4, depth: 256 },
  { rows: 513, columns: 6, depth: 257 },
  { rows: 7, columns: 130, depth: 600 },
  { rows: 5, columns: 3, depth: 0 },
])("$rows × $columns sums of $depth products", (sizes) => {
  const { rows, columns, depth } = sizes;
  const a = Float64Array.from(normal(key(1), rows * Math.max(1, depth)));
  const b = Float64Array.from(normal(key(2), Math.max(1, depth) * columns));
  const start = Float64Array.from({ length: rows * columns + 2 }, (_, i) => i);
  const expected = start.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[i * depth + k] * b[k * columns + j];
      expected[2 + i * columns + j] += -3 * sum;
    }
  }
  const target = { data: start, offset: 2, row: columns };
  const [left, right] = [
    { data: a, row: depth, depth: 1 },
    { data: b, row: 1, depth: columns },
  ];
  atOnce(addProduct(target, left, right, { ...sizes, scale: -3 }));
  start.forEach((sum, i) => expect(Math.abs(sum - expected[i])).toBeLessThan(1e-10));
});

// More rows than are packed at a time.
test.each([5, 517])("the products of %i rows with each other, above the diagonal too", (size) => {
  const depth = 3;
  const a = Float64Array.from(normal(key(1), size * depth));
  const found = atOnce(gramProduct({ data: a, row: depth, depth: 1 }, { size, depth }));
  let most = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[i * depth + k] * a[j * depth + k];
      most = Math.max(most, Math.abs(found[i * size + j] - sum));
    }
  }
  expect(most).toBeLessThan(1e-12);
});
