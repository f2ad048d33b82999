// What `ham reproduce` prints as JSON, as figures and as tables.

import type { Compared, Figure, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { diagonal } from "./marks.ts";
import { around } from "./numbers.ts";

interface Energies {
  readonly what: "energies of the queries";
  readonly exact: readonly number[];
  readonly approx: readonly number[];
}

/** The scatter of a notebook of random features, and the numbers it prints beside ours. */
export function printed(name: string, results: readonly object[]): Record<string, Figure | object> {
  const rows = results.filter((row): row is Compared => "theirs" in row);
  const energies = results.find((row): row is Energies => "approx" in row)!;
  return {
    [`${name}-energies`]: { panels: [scatter(energies)] },
    [`${name}-table`]: { rows },
  };
}

function scatter({ exact, approx }: Energies): Panel {
  const all = [...exact, ...approx];
  const [x, y] = [around("exact energy", all), around("energy by features", all)];
  return {
    title: "energies of the queries",
    x,
    y,
    marks: [
      diagonal(x.low, x.high),
      {
        as: "dots",
        ink: 1,
        radius: 2.5,
        name: "a query",
        points: exact.map((energy, k) => [energy, approx[k]].map((v) => Number(v.toPrecision(5)))),
      },
    ],
  };
}
