import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleNames, exampleText } from "../example-models.ts";

const FOLDER = new URL("../../fixtures/models/", import.meta.url);

test("every example has its model, and no other is there", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(exampleNames().map((name) => `${name}.json`));
});

test.each(exampleNames())("the model of %s is up to date", async (name) => {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
  const fresh = await exampleText(name);
  expect(fresh === text, "run node tools/make-example-models.ts").toBe(true);
});

test.each(exampleNames())("the model of %s is small, and all its numbers are numbers", (name) => {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
  expect(text.length).toBeLessThan(60_000);
  expect(text).not.toMatch(/[[,]null[,\]]/);
});
