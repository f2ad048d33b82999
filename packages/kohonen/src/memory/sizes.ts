import { HamError } from "@hamlet/graph";

/** Numbers of the lower triangle of `Σ k kᵀ`. */
export function triangle(d: number): number {
  return (d * (d + 1)) / 2;
}

/**
 * Numbers of that triangle and, behind it, of `Σ k vᵀ`.
 * @throws HamError `kohonen/bad-shape` for sizes that cannot be.
 */
export function sumsOf(d: number, m: number | null): number {
  const wrong = [d, m ?? 1].find((size) => !Number.isSafeInteger(size) || size < 1);
  if (wrong === undefined) return triangle(d) + d * (m ?? 0);
  throw new HamError(
    "kohonen/bad-shape",
    `A memory needs keys and values of at least one number, found sizes ${d}${m === null ? "" : ` and ${m}`}.`,
    { d, m },
  );
}
