// The nearest name by its definition: the least distance first, then the order of the names.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, suggest } from "../../src/diagnostics/suggest.ts";
import { law } from "../../../../tools/law.ts";

const name = fc.string({
  unit: fc.constantFrom("a", "b", "A", "1", "β", "𝛽", "_"),
  minLength: 2,
  maxLength: 9,
});

test("no name that is near enough is passed over", () => {
  law(
    fc.property(name, fc.array(name, { maxLength: 12 }), (wanted, names) => {
      const limit = Math.max(1, Math.floor(wanted.length / 3));
      let nearest: string | undefined;
      let least = limit + 1;
      for (const candidate of names) {
        const far = Math.abs(candidate.length - wanted.length) >= least;
        if (candidate === wanted || far) continue;
        const distance = editDistance(wanted, candidate);
        if (distance < least) [nearest, least] = [candidate, distance];
      }
      expect(suggest(wanted, names)).toBe(nearest);
    }),
    1000,
  );
});
