// The program that the page on hypergraphs shows: it runs, and is the model that the page shows.

import { readFileSync } from "node:fs";
import { compile } from "@hamlet/dsl";
import { modelId } from "@hamlet/graph";
import { CATALOGUE } from "@hamlet/model";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { expect, test } from "vitest";
import { descend, graph } from "./two-layer-example.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const PAGE = read("apps/docs/src/content/docs/learn/hypergraphs.md");

/** The first block of a language on the page. */
function block(language: string): string {
  const [, text] = new RegExp("```" + language + "\\n([^]*?)```").exec(PAGE) ?? [];
  return text ?? "";
}

test("the page shows this program and its text, and both are one model", () => {
  expect(block("ts")).toBe(read("packages/model/test/two-layer-example.ts"));
  const source = { name: "m.ham", text: block("ham") };
  const { graph: written } = compile(source, { registry: CATALOGUE });
  expect(modelId(graph)).toBe(modelId(written));
});

test.each(NODE_BACKENDS)("its energy falls on %s, and nothing is left behind", async (backend) => {
  await useBackend(backend);
  expectNoLeak(() => {
    const energies = descend(20, 0.1);
    expect(energies).toHaveLength(20);
    energies.slice(1).forEach((energy, k) => expect(energy).toBeLessThan(energies[k] + 1e-6));
    expect(energies[0] - energies[19]).toBeGreaterThan(0);
  });
});
