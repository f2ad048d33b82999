// What `--json` prints follows a schema. Commands that take long are held to theirs by their own tests.

import { afterAll, beforeAll, expect, test } from "vitest";
import { wholeProgram } from "../src/command-line.ts";
import { outlineOf } from "../src/command-outline.ts";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";
import { parseReport, schemaErrors, WITH_SCHEMA } from "./schema.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
  bench.write("broken.ham", MODEL.replace("xi[m, i]", "xj[m]").replace("query: [D]", "query: [D"));
  bench.write(
    "rounded.ham",
    MODEL.replace("1e-6", "1e-60").replace("beta: real > 0 = 4", "beta = 4"),
  );
  bench.write("tests.ham", `${MODEL}\ntest "no" {\n  run settle\n  expect v[0] > 9\n}\n`);
  bench.write("wild.ham", MODEL.replace("dt = 0.5", "dt = 50").replace("= 4", "= 8"));
  bench.write(
    "clipped.ham",
    "ham 1\nneuron v: [2] as identity\nenergy e = -max(0, sum[i] v[i] - 9)^2\nrecall r { start v = -1 }\n",
  );
});
afterAll(() => bench[Symbol.dispose]());

const CASES: readonly (readonly string[])[] = [
  ["run", "m.ham"],
  ["run", "wild.ham"],
  ["run", "clipped.ham"],
  ["energy", "m.ham"],
  ["check", "broken.ham", "rounded.ham", "m.ham"],
  ["check", "m.ham", "--set", "gamma=4"],
  ["test", "tests.ham", "broken.ham"],
  ["explain", "m.ham"],
  ["explain", "m.ham", "--engine"],
  ["fixed-points", "m.ham", "--starts", "10"],
  ["landscape", "m.ham", "--points", "10"],
];

test.for(CASES.map((args) => [args.join(" "), args] as const))(
  "ham %s --json follows its schema",
  async ([, args]) => {
    const { stdout } = await bench.inProcess([...args, "--json"]);
    const report = parseReport(args[0], stdout);
    // A schema that asked for nothing would accept everything.
    const one = (Array.isArray(report) ? report[0] : report) as Record<string, unknown>;
    for (const name of Object.keys(one).slice(0, 3)) {
      const { [name]: _, ...rest } = one;
      const errors = schemaErrors(args[0], Array.isArray(report) ? [rest] : rest);
      expect(errors.join()).toContain(`required property '${name}'`);
    }
  },
);

test("every command with --json has a schema, and no other", async () => {
  const commands = outlineOf(await wholeProgram());
  const told = commands.filter(({ options }) => options.some(({ name }) => name === "--json"));
  expect(told.map(({ name }) => name).sort()).toEqual([...WITH_SCHEMA].sort());
});
