// The fast Walsh–Hadamard transform: n log₂ n additions for a product with an n × n matrix.

/**
 * Replaces `data[0 … n)` by `H data`, where `H` is the Hadamard matrix of Sylvester, with entries
 * ±1, `H = Hᵀ` and `H H = n`.
 *
 * @param n - a power of two.
 */
export function walshHadamard(data: Float64Array, n: number): void {
  let half = 1;
  // Two levels at a time, so that every number is read and written half as often.
  for (; half * 4 <= n; half *= 4) {
    const [second, third] = [2 * half, 3 * half];
    for (let from = 0; from < n; from += 4 * half) {
      for (let i = from; i < from + half; i++) {
        const a = data[i] + data[i + half];
        const b = data[i] - data[i + half];
        const c = data[i + second] + data[i + third];
        const d = data[i + second] - data[i + third];
        data[i] = a + c;
        data[i + half] = b + d;
        data[i + second] = a - c;
        data[i + third] = b - d;
      }
    }
  }
  if (half === n) return;
  for (let i = 0; i < half; i++) {
    const a = data[i];
    const b = data[i + half];
    data[i] = a + b;
    data[i + half] = a - b;
  }
}
