// The recall that most texts of the pages begin with.

/** A `recall` block that follows the energy down until nothing moves. */
export function settle(steps: number, dt = 0.1): string {
  return `
recall settle {
  start v = query
  solver = euler(dt = ${dt})
  steps = ${steps}
  stop when change < 1e-5
}
`;
}
