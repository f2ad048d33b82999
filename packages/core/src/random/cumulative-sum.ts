const BLOCK = 16;

/**
 * Running sums in float32, associated as XLA's CPU compiler associates them: within blocks of
 * sixteen, plus the running sum of the blocks before. The order of additions decides the last
 * bit, and the last bit can decide which index a weighted choice draws.
 */
export function cumulativeSum(values: Float32Array): Float32Array {
  const sums = new Float32Array(values);
  for (let i = 0; i < sums.length; i++) {
    if (i % BLOCK !== 0) sums[i] += sums[i - 1];
  }
  if (values.length <= BLOCK) return sums;
  const totals = Float32Array.from(
    { length: Math.ceil(values.length / BLOCK) },
    (_, block) => sums[Math.min(values.length, (block + 1) * BLOCK) - 1],
  );
  const before = cumulativeSum(totals);
  return sums.map((sum, i) => (i < BLOCK ? sum : sum + before[Math.floor(i / BLOCK) - 1]));
}
