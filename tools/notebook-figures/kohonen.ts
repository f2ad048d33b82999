// The figures of the notebook of linear memories, from what `ham reproduce kohonen --json` found.

import type { Axis, Figure, Mark, Panel } from "../../apps/docs/src/notebooks/figure.ts";
import { randomDistance } from "../../packages/kohonen/src/index.ts";

interface Row {
  readonly sweep: "distance" | "dimensions" | "methods";
  readonly method: string;
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly cosine: { readonly mean: number; readonly error: number };
  readonly distance: { readonly mean: number; readonly error: number };
  readonly expected: { readonly cosine: number | null; readonly distance: number | null };
}

type Quantity = "cosine" | "distance";

export function kohonen(rows: readonly Row[]): Record<string, Figure> {
  const distance = rows.filter(({ sweep }) => sweep === "distance");
  const dimensions = rows.filter(({ sweep }) => sweep === "dimensions");
  const methods = rows.filter(({ sweep }) => sweep === "methods");
  const cosineAxis: Axis = { label: "mean cosine similarity", low: -0.05, high: 1.05 };
  const far = randomDistance(distance[0].m);
  return {
    "kohonen-cosine": {
      panels: [
        panel(distance, `d = ${distance[0].d}`, cosineAxis, [
          ...series(distance, "cosine", 1, "pseudo-inverse"),
          level(distance, 0, "unrelated values"),
        ]),
      ],
    },
    "kohonen-distance": {
      panels: [
        panel(
          distance,
          `d = ${distance[0].d}`,
          { label: "mean distance", low: -0.3, high: 1.1 * far },
          [
            ...series(distance, "distance", 1, "pseudo-inverse"),
            level(distance, far, "unrelated values"),
          ],
        ),
      ],
    },
    "kohonen-dimensions": {
      panels: [
        panel(
          dimensions,
          "several d",
          { label: "mean cosine similarity (log scale)", ...logarithmic(dimensions) },
          [...new Set(dimensions.map(({ d }) => d))].flatMap((d, k) =>
            series(
              dimensions.filter((row) => row.d === d),
              "cosine",
              1 + (k % 5),
              `d = ${d}`,
            ),
          ),
        ),
      ],
    },
    "kohonen-methods": {
      panels: [
        panel(
          methods,
          `d = ${methods[0].d}`,
          { label: "mean cosine similarity (log scale)", ...logarithmic(methods) },
          [...new Set(methods.map(({ method }) => method))].flatMap((method, k) =>
            series(
              methods.filter((row) => row.method === method),
              "cosine",
              1 + k,
              method,
            ),
          ),
        ),
      ],
    },
  };
}

/** Room for all means of these rows. */
function logarithmic(rows: readonly Row[]): Omit<Axis, "label"> {
  return { low: 0.8 * Math.min(...rows.map(({ cosine }) => cosine.mean)), high: 1.2, log: true };
}

function panel(rows: readonly Row[], title: string, y: Axis, marks: readonly Mark[]): Panel {
  const pairs = rows.map(({ n }) => n);
  const x: Axis = {
    label: "stored pairs n (log scale)",
    low: Math.min(...pairs) / 1.2,
    high: Math.max(...pairs) * 1.2,
    log: true,
  };
  return { title, x, y, marks };
}

/** What was measured as dots with errors, what was expected as a line. */
function series(rows: readonly Row[], what: Quantity, ink: number, name: string): Mark[] {
  const digits = (value: number) => Number(value.toPrecision(5));
  const line = rows.flatMap(({ n, expected }) => {
    const value = expected[what];
    return value === null ? [] : [[n, digits(value)]];
  });
  return [
    {
      as: "dots",
      ink,
      name,
      radius: 3,
      points: rows.map((row) => [row.n, digits(row[what].mean)]),
      errors: rows.map((row) => Number(row[what].error.toPrecision(2))),
    },
    { as: "line", ink, points: line },
  ];
}

function level(rows: readonly Row[], y: number, name: string): Mark {
  const pairs = rows.map(({ n }) => n);
  return {
    as: "line",
    ink: 0,
    dashed: true,
    name,
    points: [
      [Math.min(...pairs), y],
      [Math.max(...pairs), y],
    ],
  };
}
