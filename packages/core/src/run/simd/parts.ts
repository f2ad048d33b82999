// Bands whose parts may be done at the same time. Into how many parts work is divided follows from its
// sizes alone, so that the numbers do not depend on who does them.

import type { Band } from "./actions.ts";
import { type Compiled, inParts } from "./pool.ts";

/** Does a band between the addresses of its arrays. */
export function bandOf(
  compiled: Compiled,
  name: string,
  { parts, work }: Band,
  batch: number,
  addresses: readonly number[],
): () => void {
  const { functions } = compiled;
  const [alone, before, after] = ["", "Before", "After"].map((end) => functions[`${name}${end}`]);
  if (parts === 1) return () => alone(batch, ...addresses);
  const calls = Array.from({ length: parts }, (_, part) => [part, batch, ...addresses]);
  const factors = work.reduce((total, count) => total + (count < 0 ? -count * batch : count), 0);
  return () => {
    before(batch, ...addresses);
    inParts(compiled, `${name}Part`, calls, factors);
    after(batch, ...addresses);
  };
}
