// A package name that leaves `node_modules`: refused where it is written, and no code runs.

import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { afterAll, expect, test } from "vitest";
import { compilePath } from "../../src/files/compile.ts";

const CASE = fileURLToPath(new URL("../../../../fixtures/cases/47-plugins/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ham-"));
cpSync(CASE, folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a package name that leads to a neighbour is no package name", async () => {
  const { diagnostics, sources } = await compilePath(join(folder, "z_join.ham"), {});
  const [first] = diagnostics;
  expect(renderDiagnostic(first, sources).replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "error[E0909] plugin_name: \`x/../../payload@1\` is not the name of a package
     --> FOLDER/z_join.ham:2:5
    2 | use "x/../../payload@1" as p
      |     ^^^^^^^^^^^^^^^^^^^ expected \`NAME@RANGE\` or \`@SCOPE/NAME@RANGE\`
      = help: a file is written with \`./\` or \`../\` in front and \`.ham\` at the end
      = why: a package is found by its name alone, so that its place cannot be chosen by a file"
  `);
  expect(existsSync("CODE_RAN") || existsSync(join(folder, "CODE_RAN"))).toBe(false);
});
