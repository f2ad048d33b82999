// The messages about what stands inside data files, each with its whole text.
//
// Messages about the text of a file have their fixtures in the package of the language; these need
// real arrays.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeSource } from "../src/decode.ts";
import { messages } from "./loading.ts";

const ROOT = join(import.meta.dirname, "fixtures");
function fixtures(kind: "invalid" | "valid") {
  return readdirSync(join(ROOT, kind)).flatMap((rule) =>
    readdirSync(join(ROOT, kind, rule))
      .filter((name) => name.endsWith(".ham"))
      .map((name) => {
        const path = join(ROOT, kind, rule, name);
        const source = decodeSource(name, readFileSync(path));
        return { rule, name, source, expected: path.replace(/\.ham$/, ".expected.txt") };
      }),
  );
}

beforeAll(() => useBackend("cpu"));

describe("every wrong array gives exactly the message of its golden file", () => {
  test.each(fixtures("invalid"))("$rule: $name", async ({ rule, source, expected }) => {
    const text = await messages(source);
    await expect(text).toMatchFileSnapshot(expected);
    expect(text).toContain(rule);
  });
});

describe("the corrected twin gives none", () => {
  test.each(fixtures("valid"))("$rule: $name", async ({ source }) => {
    expect(await messages(source)).toBe("");
  });
});
