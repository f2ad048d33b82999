// What commands measure with `--json`, and how their pictures are drawn of it.

import { drawAtlas } from "../../apps/cli/src/pictures/atlas-plot.ts";
import { drawCapacity } from "../../apps/cli/src/pictures/capacity-plot.ts";
import { drawHypergraph } from "../../apps/cli/src/pictures/hypergraph.ts";
import { drawSweeps } from "../../apps/cli/src/pictures/sweep-plot.ts";
import { drawZoo } from "../../apps/cli/src/pictures/zoo-table.ts";
import { PLOTS, type Result } from "../../apps/cli/src/reproduce/kohonen.ts";
import { fromJson } from "../../packages/graph/src/index.ts";
import { type Picture, picture } from "./picture.ts";
import { ham, told } from "./told.ts";

interface Swept {
  readonly const: string;
  readonly values: readonly number[];
  readonly points: readonly (readonly {
    readonly kind: string;
    readonly states: Readonly<Record<string, readonly number[]>>;
  }[])[];
  readonly bifurcations: readonly { readonly kind: string; readonly at: number }[];
}

export const atlas = picture(
  async () => {
    const command = "atlas triangle.ham --sweep beta=1.7..2.2 --values 21";
    return (await told<{ sweep: Swept }>("learn/atlas.md", command)).sweep;
  },
  ({ const: name, values, points, bifurcations }) =>
    drawAtlas({
      tensor: { name },
      values,
      censuses: points.map((found) => ({
        points: found.map(({ kind, states }) => ({
          kind,
          states: new Map(Object.entries(states)),
        })),
      })),
      bifurcations,
    } as unknown as Parameters<typeof drawAtlas>[0]),
);

type Points = Parameters<typeof drawCapacity>[0];

interface Capacity {
  readonly energy: { readonly name: string };
  readonly size: number;
  readonly patterns: string;
  readonly points: readonly (Omit<Points[number], "restored"> & {
    readonly expectedUnstable: number | null;
    readonly restored: readonly (Points[number]["restored"][number] & {
      readonly limit: number;
    })[];
  })[];
}

export const capacity = picture(
  () => told<Capacity>("learn/binary-memories.mdx", "capacity --size 100 --trials 100"),
  ({ energy, size, patterns, points }) =>
    drawCapacity(points, {
      title: `${energy.name}, ${size} units, ${patterns} patterns`,
      theory: {
        instability: (wanted) => points.find(({ K }) => K === wanted)!.expectedUnstable,
        limit: (wanted) => points[0].restored.find(({ noise }) => noise === wanted)!.limit,
      },
    }),
);

type Zoo = Parameters<typeof drawZoo>[1] & { readonly cells: Parameters<typeof drawZoo>[0] };

export const zoo = picture(
  () => told<Zoo>("learn/zoo.md", "zoo"),
  ({ cells, ...plan }) => drawZoo(cells, plan),
);

/** The hypergraph of an example, from its parts as `ham ir` prints them. */
export const hypergraph = (page: string, example: string): Picture => ({
  numbers: () => ham(page, [`ir examples/${example}.ham`], (stdout) => stdout),
  draw: (parts) => drawHypergraph(fromJson(parts).graph),
});

interface Row extends Pick<Result["setting"], "sweep" | "method" | "d" | "n" | "m" | "trials"> {
  readonly cosine: Result["measured"]["cosine"];
  readonly distance: Result["measured"]["distance"];
  readonly expected: Pick<Result, "cosine" | "distance">;
}

/** A sweep of linear memories. */
export const kohonen = (sweep: keyof typeof PLOTS): Picture =>
  picture(
    async () => {
      const report = told<{ results: readonly Row[] }>(
        "learn/linear-memories.mdx",
        "reproduce kohonen",
      );
      return (await report).results.filter((row) => row.sweep === sweep);
    },
    (rows) =>
      drawSweeps(
        PLOTS[sweep](
          rows.map(({ cosine, distance, expected, ...setting }) => ({
            setting,
            measured: { cosine, distance },
            ...expected,
          })),
        ),
      ),
  );
