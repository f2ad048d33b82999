// The explicit Runge–Kutta methods of recalls, for programs that are written out.

/** Where each slope is taken, in parts of a step after the one before, and how slopes are weighed. */
export const STAGES: Readonly<
  Record<string, { readonly at: readonly number[]; readonly weights: readonly number[] }>
> = {
  euler: { at: [0], weights: [1] },
  heun: { at: [0, 1], weights: [0.5, 0.5] },
  rk4: { at: [0, 0.5, 0.5, 1], weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
};
