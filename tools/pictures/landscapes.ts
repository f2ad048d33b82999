// The landscapes of two pages: of the program about endings, and of the stored memory about random features.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  drawLandscape,
  type LandscapePicture,
} from "../../apps/cli/src/pictures/landscape-plot.ts";
import { HamError } from "../../packages/graph/src/index.ts";
import { float64, picture } from "./picture.ts";
import { inFolder, run, told } from "./told.ts";

const PAGE = new URL("../../apps/docs/src/content/docs/learn/random-features.md", import.meta.url);

/** As `ham landscape --json` prints it. */
interface Report {
  readonly picture: Omit<LandscapePicture, "energies"> & {
    readonly energies: readonly (number | null)[];
  };
}

const draw = ({ energies, ...rest }: Report["picture"]) =>
  drawLandscape({ ...rest, energies: float64(energies) });

export const deadZone = picture(
  async () => thinned((await told<Report>("learn/endings.md", "landscape dead-zone.ham")).picture),
  draw,
  5,
);

export const storedMemory = picture(stored, draw, 5);

/** Steps shorter than this part of the width cannot be seen in a way down. */
const SHORT = 0.003;

function thinned({ x, paths, ...rest }: Report["picture"]): Report["picture"] {
  const least = SHORT * (x[1] - x[0]);
  return {
    ...rest,
    x,
    paths: paths.map((path) => {
      const kept = [path[0]];
      for (const [k, [px, py]] of path.entries()) {
        const [lastX, lastY] = kept.at(-1)!;
        const isEnd = k === path.length - 1;
        if (isEnd || Math.hypot(px - lastX, py - lastY) >= least) kept.push([px, py]);
      }
      return kept;
    }),
  };
}

const hour = (h: number) => {
  const angle = ((3 - h) / 6) * Math.PI;
  return [Math.cos(angle), Math.sin(angle)].map((x) => x.toFixed(4)).join(",");
};
const rows = (hours: readonly number[]) => `x,y\n${hours.map(hour).join("\n")}\n`;

/** The memory that the commands of the page store, over its plane. */
function stored(): Promise<Report["picture"]> {
  const page = readFileSync(PAGE, "utf8");
  const text = [...page.matchAll(/```ham\n([\s\S]*?)```/g)].find(([, it]) =>
    it.includes(' from "hours.'),
  );
  if (text === undefined) {
    throw new HamError("tools/no-program", `${PAGE.pathname} has no program`);
  }
  const commands = [...page.matchAll(/^pnpm ham (store (?:hours|three)\.csv .*)$/gm)];
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "hours.csv"), rows([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    writeFileSync(join(folder, "three.csv"), rows([2, 3, 4]));
    // The twelve lay out the plane, which the nine that are left then lie in.
    writeFileSync(
      join(folder, "hours.ham"),
      `${text[1]}\ndim K\n@allow(unused) data all: [K, D] from "hours.csv"\n`,
    );
    for (const [, command] of commands) run(folder, command);
    const report = JSON.parse(run(folder, "landscape hours.ham --points 50 --json")) as Report;
    return thinned(report.picture);
  });
}
