// The same mistake gives the same exit code in every command.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands/catalogue.ts";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
  mkdirSync(join(bench.folder, "folder.ham"));
  bench.write("broken.ham", MODEL.replace("as identity", "identity"));
  bench.write("wrong.ham", MODEL.replace("xi[m, i]", "xj[m, i]"));
  bench.write("lost.ham", MODEL.replace("xi.npy", "lost.npy"));
  bench.write("garbled.ham", MODEL.replace("xi.npy", "garbled.npy"));
  bench.write("proof.json", "{}");
  bench.write("garbled.npy", "not an array");
  bench.write("garbled.safetensors", "no params");
  bench.writeArray("long.npy", { shape: [1, 3], data: Float32Array.of(1, 2, 3) });
  bench.writeArray("nan.npy", { shape: [1, 2], data: Float32Array.of(NaN, 2) });
  bench.write(
    "explodes.ham",
    MODEL.replace("-1/beta * logsumexp", "-1e30 * logsumexp").replace("dt = 0.5", "dt = 1e30"),
  );
  bench.write("fails.ham", `${MODEL}\ntest "no" {\n  run settle\n  expect v[0] > 9\n}\n`);
});
afterAll(() => bench[Symbol.dispose]());

/** What a command cannot do without, beside a model. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  export: ["--to", "jax"],
  verify: ["proof.json"],
};
/** Every command of a model. */
const OF_A_MODEL = COMMANDS.filter(({ usage }) => usage.includes("<file")).map(({ name }) => [
  name,
  ...(NEEDED[name] ?? []),
]);
const named = (rows: readonly (readonly string[])[]) =>
  rows.map((args) => [args.join(" "), args] as const);

/** The exit code of a mistake, which is told in words of its own and never by a stack. */
async function codeOf(args: readonly string[]): Promise<number | null> {
  const { code, stdout, stderr } = await bench.inProcess(args);
  expect(stdout + stderr).not.toBe("");
  expect(stderr).not.toMatch(/bug in ham|\n {4}at /);
  return code;
}

describe.each(named(OF_A_MODEL))("ham %s", (_, args) => {
  test("a model that is not there is a wrong argument", async () => {
    expect(await codeOf([...args, "nothing.ham"])).toBe(2);
  });

  test("a folder in place of a model is a wrong argument", async () => {
    expect(await codeOf([...args, "folder.ham"])).toBe(2);
  });

  test("a model with a syntax error has errors", async () => {
    expect(await codeOf([...args, "broken.ham"])).toBe(3);
  });

  if (args[0] === "fmt") {
    test("a model with an unknown name is laid out all the same", async () => {
      const { code, stderr } = await bench.inProcess([...args, "wrong.ham"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    });
  } else {
    test("a model with an unknown name has errors", async () => {
      expect(await codeOf([...args, "wrong.ham"])).toBe(3);
    });
  }
});

test.each(COMMANDS.map(({ name }) => name))("ham %s: an option that there is not", async (name) => {
  expect(await codeOf([name, "--never-heard-of"])).toBe(2);
});

test.each(COMMANDS.filter(({ usage }) => usage.includes("<")).map(({ name }) => name))(
  "ham %s: nothing named",
  async (name) => {
    expect(await codeOf([name])).toBe(2);
  },
);

/** Commands that read the data of a model. */
const WITH_DATA = [["run"], ["energy"], ["test"], ["fixed-points"], ["landscape"]];

describe.each(named(WITH_DATA))("ham %s", (_, args) => {
  test.each([
    ["--given", "query=lost.npy"],
    ["--given", "query=garbled.npy"],
    ["--given", "query=long.npy"],
    ["--given", "query=nan.npy"],
    ["--given", "nobody=query.npy"],
    ["--data", "xi=lost.npy"],
    ["--data", "xi=garbled.npy"],
    ["--params", "lost.safetensors"],
    ["--params", "garbled.safetensors"],
    ["--set", "nobody=1"],
    ["--set", "beta=-1"],
    ["--set", "beta=many"],
    ["--backend", "abacus"],
    ["--seed", "soon"],
  ])("a wrong argument: %s %s", async (option, value) => {
    expect(await codeOf([...args, "m.ham", option, value])).toBe(2);
  });

  test.each(["lost.ham", "garbled.ham"])("data that the model names: %s", async (path) => {
    expect(await codeOf([...args, path])).toBe(3);
  });
});

test.each([["store"], ["capacity"]])("ham %s: patterns that are none", async (name) => {
  for (const path of ["lost.npy", "garbled.npy", "folder.ham", "query.npy"]) {
    expect(await codeOf([name, path]), path).toBe(2);
  }
});

test("a run without a number, and a test that fails, have failed", async () => {
  expect(await codeOf(["run", "explodes.ham"])).toBe(1);
  expect(await codeOf(["test", "fails.ham"])).toBe(1);
});
