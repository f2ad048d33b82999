// Draws apps/docs/src/assets/dead-zone.svg: the landscape of the program on the page about endings.
//
//     node tools/generate-dead-zone-figure.ts

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../apps/cli/src/command-line.ts";
import { HamError } from "../packages/graph/src/index.ts";

const PAGE = new URL("../apps/docs/src/content/docs/learn/endings.md", import.meta.url);
const FIGURE = new URL("../apps/docs/src/assets/dead-zone.svg", import.meta.url);

const [, text] = /```ham\b.*\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
if (text === undefined) throw new HamError("tools/no-program", `${PAGE.pathname} has no program`);
const folder = mkdtempSync(join(tmpdir(), "ham-"));
try {
  const model = join(folder, "dead-zone.ham");
  const picture = join(folder, "dead-zone.svg");
  writeFileSync(model, text);
  process.exitCode = await main(["landscape", model, "--out", picture]);
  writeFileSync(fileURLToPath(FIGURE), readFileSync(picture));
} finally {
  rmSync(folder, { recursive: true });
}
