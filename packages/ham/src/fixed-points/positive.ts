// Symmetric systems that are solved only where they are positive definite. Their matrices are small and
// there are thousands of them, so they are flat arrays that are written over.

/**
 * Replaces the lower half of a symmetric `[n, n]` matrix by its Cholesky factor `L`, `A = L Lᵀ`.
 * False where the matrix is not positive definite: it is of no use then.
 */
export function factorise(matrix: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j];
    for (let k = 0; k < j; k++) pivot -= matrix[j * n + k] ** 2;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let entry = matrix[i * n + j];
      for (let k = 0; k < j; k++) entry -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = entry / root;
    }
  }
  return true;
}

/** Replaces `b` by `A⁻¹ b`, where `factor` came from {@link factorise}. */
export function solveWith(factor: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let entry = b[i];
    for (let k = 0; k < i; k++) entry -= factor[i * n + k] * b[k];
    b[i] = entry / factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let entry = b[i];
    for (let k = i + 1; k < n; k++) entry -= factor[k * n + i] * b[k];
    b[i] = entry / factor[i * n + i];
  }
}

/** Whether an `[n, n]` matrix is 0 beside its diagonal. */
export function isDiagonal(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j && matrix[i * n + j] !== 0) return false;
  }
  return true;
}
