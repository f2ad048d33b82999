// Certificates on the command line: written by `ham run`, read and judged by `ham verify`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecallCertificate } from "@hamlet/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench } from "./ham.ts";
import { parseReport } from "./schema.ts";

const PAGE = new URL("../../docs/src/content/docs/learn/certificates.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  bench.write("three.ham", /```ham\n([^]*?)```/.exec(page)![1]);
  const { code } = await bench.inProcess(["run", "three.ham", "--certificate", "three.json"]);
  expect(code).toBe(0);
});
afterAll(() => bench[Symbol.dispose]());

const certificate = (): RecallCertificate =>
  JSON.parse(readFileSync(join(bench.folder, "three.json"), "utf8")) as RecallCertificate;

test("a certificate holds, and the page shows what is said of it", async () => {
  const { code, stdout } = await bench.inProcess(["verify", "three.json", "three.ham"]);
  expect(code).toBe(0);
  const sentences = (text: string) => text.replaceAll(/-?\d[\d.e+-]*|[0-9a-f]{64}/g, "…");
  expect(sentences(page)).toContain(sentences(stdout.trim()));
});

test("another const is refused with the reason, and exit code 1", async () => {
  const args = ["verify", "three.json", "three.ham", "--set", "beta=5"];
  const { code, stdout } = await bench.inProcess(args);
  expect(code).toBe(1);
  expect(stdout).toContain("three.json is refused.");
  expect(stdout).toContain("another model, or other consts (--set)");
  expect(stdout).toContain("Krawczyk");
});

test("--json follows its schema, for what holds and what does not", async () => {
  for (const [set, accepted] of [
    ["beta=4", true],
    ["beta=5", false],
  ] as const) {
    const args = ["verify", "three.json", "three.ham", "--json", "--set", set];
    const { stdout } = await bench.inProcess(args);
    expect(parseReport("verify", stdout)).toMatchObject({ accepted });
  }
});

test("a changed digit is refused", async () => {
  const changed = JSON.stringify(certificate()).replace(/"index":0/, '"index":1');
  bench.write("changed.json", changed);
  const { code, stdout } = await bench.inProcess(["verify", "changed.json", "three.ham"]);
  expect(code).toBe(1);
  expect(stdout).toContain("seal: something was changed after it was written");
});

test("what is no certificate is told, with what to do", async () => {
  for (const name of ["three.ham", "missing.json"]) {
    const { code, stderr } = await bench.inProcess(["verify", name, "three.ham"]);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/is no certificate: expected a JSON object|cannot read missing\.json/);
  }
});
