// Draws apps/docs/src/assets/stored-memory.svg: the landscape of the stored memory on the page about
// random features, made by the commands that the page shows.
//
//     node tools/generate-stored-memory-figure.ts

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../apps/cli/src/command-line.ts";
import { HamError } from "../packages/graph/src/index.ts";

const PAGE = new URL("../apps/docs/src/content/docs/learn/random-features.md", import.meta.url);
const FIGURE = new URL("../apps/docs/src/assets/stored-memory.svg", import.meta.url);

const hour = (h: number) => {
  const angle = ((3 - h) / 6) * Math.PI;
  return [Math.cos(angle), Math.sin(angle)].map((x) => x.toFixed(4)).join(",");
};
const rows = (hours: readonly number[]) => `x,y\n${hours.map(hour).join("\n")}\n`;

const page = readFileSync(PAGE, "utf8");
const text = [...page.matchAll(/```ham\n([\s\S]*?)```/g)].find(([, it]) =>
  it.includes(' from "hours.'),
);
if (text === undefined) throw new HamError("tools/no-program", `${PAGE.pathname} has no program`);
const commands = [...page.matchAll(/^pnpm ham (store (?:hours|three)\.csv .*)$/gm)];
const folder = mkdtempSync(join(tmpdir(), "ham-"));
const home = process.cwd();
try {
  process.chdir(folder);
  writeFileSync("hours.csv", rows([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  writeFileSync("three.csv", rows([2, 3, 4]));
  // The twelve lay out the plane, which the nine that are left then lie in.
  writeFileSync(
    "hours.ham",
    `${text[1]}\ndim K\n@allow(unused) data all: [K, D] from "hours.csv"\n`,
  );
  for (const [, command] of commands) process.exitCode ||= await main(command.split(" "));
  process.exitCode ||= await main("landscape hours.ham --points 50 --out hours.svg".split(" "));
  writeFileSync(fileURLToPath(FIGURE), readFileSync("hours.svg"));
} finally {
  process.chdir(home);
  rmSync(folder, { recursive: true });
}
