// Laws on drawn samples: as many as the run wants, and repeatable when one breaks.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { law } from "../law.ts";
import { samples, seed } from "../samples.ts";

const ROOT = join(import.meta.dirname, "../..");

function thrown(act: () => void): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("a law", () => {
  test("runs on as many samples as the run wants", async () => {
    let runs = 0;
    law(
      fc.property(fc.nat(), () => void runs++),
      10,
    );
    await law(
      fc.asyncProperty(fc.nat(), async () => void (await Promise.resolve(runs++))),
      10,
    );
    expect(runs).toBe(inject("path") === "" ? 2 * samples(10) : 2);
  });

  test("that breaks is repeated by a line that runs its test, and no other", () => {
    const never = fc.property(fc.nat(), () => expect.fail());
    const line = /vitest run (\S+) -t "(.*)"/;
    const [, file, pattern] = line.exec(thrown(() => law(never, 1)).message)!;
    const vitest = join(ROOT, "node_modules/.bin/vitest");
    const listed = execFileSync(vitest, ["list", file, "-t", pattern], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: "pipe",
    });
    expect(listed).toBe(
      `${file} > a law > that breaks is repeated by a line that runs its test, and no other\n`,
    );
  });

  // Under HAMLET_PATH a law looks at one sample, which need not break it.
  test.skipIf(inject("path") !== "")(
    "that breaks says which sample did it, why, and how to repeat it",
    async () => {
      const small = (n: number): void => {
        expect(n, "it is small").toBeLessThan(1000);
      };
      const found: Error[] = [];
      try {
        law(fc.property(fc.nat(), small), 1000);
      } catch (error) {
        found.push(error as Error);
      }
      await law(
        fc.asyncProperty(fc.nat(), async (n) => small(await Promise.resolve(n))),
        1000,
      ).catch((error: unknown) => found.push(error as Error));
      expect(found).toHaveLength(2);
      for (const { message, cause } of found) {
        expect(message).toContain("Counterexample: [1000]");
        expect((cause as Error).message).toContain("it is small");
        const line = `Repeat it: HAMLET_SEED=${seed()} HAMLET_PATH=([\\d:]+) pnpm vitest run tools/test/law.test.ts -t "a law > that breaks says`;
        const path = new RegExp(line).exec(message)?.[1] ?? message;
        // What the line repeats is the smallest sample itself.
        const again = fc.check(fc.property(fc.nat(), small), {
          seed: seed(),
          path,
          endOnFailure: true,
        });
        expect(again).toMatchObject({ failed: true, numShrinks: 0, counterexample: [1000] });
      }
    },
  );
});

describe("in the tests of the repository", () => {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT })
    .toString()
    .split("\n")
    .filter((file) => /(^|\/)test\/.*\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));
  const tests = files.filter(({ file }) => file !== "tools/test/law.test.ts");

  test("laws are found", () => {
    expect(tests.filter(({ text }) => text.includes("tools/law.ts")).length).toBeGreaterThan(20);
  });

  test("every property goes through `law`, or draws from the seed of the run", () => {
    const other = tests.flatMap(({ file, text }) =>
      [...text.matchAll(/fc\.(?:assert|check)\(/g)]
        .map(({ index }) => argumentsAt(text, index))
        .filter((call) => !/seed: (?:seed\(\)|\d)/.test(call))
        .map(() => file),
    );
    expect(other).toEqual([]);
  });

  test("no property fixes its seed without saying why (`// Fixed: …` above it, `// The seeds are fixed: …` for a file)", () => {
    const silent = tests
      .filter(({ text }) => /from "fast-check"|tools\/(?:samples|law)\.ts"/.test(text))
      .filter(({ text }) => !text.includes("// The seeds are fixed: "))
      .flatMap(({ file, text }) => {
        const lines = text.split("\n");
        return lines.flatMap((line, at) => {
          const fixed = /\bseed: \d|\b(?:let|const) (?:seed|each) = \d|\bstream\(\d/.test(line);
          const said = lines
            .slice(Math.max(0, at - 3), at + 1)
            .some((one) => one.includes("// Fixed: "));
          return fixed && !said ? [`${file}:${at + 1}: ${line.trim()}`] : [];
        });
      });
    expect(silent).toEqual([]);
  });
});

/** The call that begins at a place, up to the line where it ends. */
function argumentsAt(text: string, from: number): string {
  const indent = /^ */.exec(text.slice(text.lastIndexOf("\n", from) + 1))![0];
  const end = text.indexOf(`\n${indent})`, from);
  return text.slice(from, end < 0 ? text.length : end);
}
