// `ham test`: what a reader sees of tests that pass, that fail, and that cannot run.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

const GOOD = `
test "a stored pattern stays" {
  feed query = xi[0, _]
  run settle
  expect overlap(v, xi[0, _]) > 0.99
  expect falling(energy) and converged
}
`;

const BAD = `
test "a stored pattern turns into the other" {
  feed query = xi[0, _]
  expect overlap(v, xi[1, _]) > 0.99
  expect close(v, xi[1, _], 0.5)
  expect steps < 1 or energy > 0
}
`;

const BINARY = `ham 1

dim D = 16
const one: sign[D] = 1
given query: sign[D]

neuron v: [D] as sign

energy pull = -1/2 * (sum[i] one[i] * v[i])^2

recall settle {
  start v = query
  solver = async
  steps = 100
  stop when settled
}

test "flipped units come back, exactly" {
  feed query ~ flip(one, 0.3)
  run settle
  expect overlap(v, one) == 1 and converged
}
`;

test("passing tests are listed and end with 0", async () => {
  bench.write("good.ham", MODEL + GOOD);
  bench.write("binary.ham", BINARY);
  expect(await bench.inProcess(["test", "good.ham", "binary.ham", "m.ham"])).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "good.ham
      ✓ a stored pattern stays
    binary.ham
      ✓ flipped units come back, exactly
    m.ham
      no tests

    tests: 2 passed, 0 failed",
    }
  `);
});

test("a failed expectation shows what its parts were, and ends with 1", async () => {
  bench.write("bad.ham", MODEL + GOOD + BAD);
  expect(await bench.inProcess(["test", "bad.ham"])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "",
      "stdout": "bad.ham
      ✓ a stored pattern stays
      ✗ a stored pattern turns into the other
        expect overlap(v, xi[1, _]) > 0.99: failed, overlap(v, xi[1, _]) is -1
        expect close(v, xi[1, _], 0.5): failed, largest difference is 4
        expect steps < 1 or energy > 0: failed, steps is 1, energy is 0

    tests: 1 passed, 1 failed",
    }
  `);
});

test("every feed draws numbers of its own", async () => {
  bench.write(
    "feeds.ham",
    `ham 1
dim D = 3
given a: [D]
given b: [D]
neuron v: [D] as identity
energy pull = -sum[i] (a[i] + 0 * b[i]) * v[i]
recall settle { start v = b steps = 1 solver = euler(dt = 1) }
test "two draws" {
  feed a ~ normal(0, 1)
  feed b ~ normal(0, 1)
  run settle
  expect sum[i] (a[i] - b[i])^2 > 0.01
}
`,
  );
  expect((await bench.inProcess(["test", "feeds.ham"])).stdout).toContain("1 passed, 0 failed");
});

test("with examples from a file, the first that fails is named", async () => {
  bench.writeArray("query.npy", { shape: [2, 2], data: Float32Array.of(1, 2, -1, -2) });
  bench.write(
    "many.ham",
    `${MODEL}\ntest "all near the first" {\n  run settle\n  expect overlap(v, xi[0, _]) > 0.9\n}\n`,
  );
  expect(await bench.inProcess(["test", "many.ham"])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "",
      "stdout": "many.ham
      ✗ all near the first
        expect overlap(v, xi[0, _]) > 0.9: failed for example 1, overlap(v, xi[0, _]) is -1

    tests: 0 passed, 1 failed",
    }
  `);
});

test("a file with errors says them, the other files still run, and it ends with 3", async () => {
  bench.write("good.ham", MODEL + GOOD);
  bench.write("broken.ham", MODEL + GOOD.replace("run settle", "run setle"));
  expect(await bench.inProcess(["test", "broken.ham", "good.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "stderr": "error[E0201] unknown_name: there is no \`setle\` here
      --> broken.ham:22:7
    22 |   run setle
       |       ^^^^^ not declared in this file
       = help: did you mean \`settle\` (recall, line 13)?",
      "stdout": "good.ham
      ✓ a stored pattern stays

    tests: 1 passed, 0 failed, 1 file with errors",
    }
  `);
});

test("a test that needs what nothing feeds is an error of the file", async () => {
  const text =
    MODEL.replace(' from "query.npy"', "") + GOOD.replace("  feed query = xi[0, _]\n", "");
  bench.write("hungry.ham", text);
  expect(await bench.inProcess(["test", "hungry.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "stderr": "error[E0804] not_fed: \`run settle\` needs \`query\`, which nothing provides
      --> hungry.ham:21:3
     7 | given query: [D]
       |       ----- declared here, no file
    ...
    21 |   run settle
       |   ^^^^^^^^^^ uses \`query\` in its start
       = help: feed it above, for example \`feed query ~ normal(0, 1)\`",
      "stdout": "
    tests: 0 passed, 0 failed, 1 file with errors",
    }
  `);
});

test("an assertion about sizes is checked when the data is there", async () => {
  bench.write("assert.ham", `${MODEL}\nassert K < D, "more patterns than dimensions"\n`);
  expect((await bench.inProcess(["check", "assert.ham"])).code).toBe(0);
  expect(await bench.inProcess(["test", "assert.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "stderr": "error[E0807] assert_failed: more patterns than dimensions
      --> assert.ham:20:8
    20 | assert K < D, "more patterns than dimensions"
       |        ^^^^^ 2 < 2 is false
       = note: K = 2 comes from xi.npy
       = note: D = 2 comes from query.npy",
      "stdout": "
    tests: 0 passed, 0 failed, 1 file with errors",
    }
  `);
});

test("--json prints one array and nothing else", async () => {
  bench.write("bad.ham", MODEL + BAD);
  const { code, stdout, stderr } = await bench.inProcess(["test", "bad.ham", "--json"]);
  expect(code).toBe(1);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject([
    {
      file: "bad.ham",
      errors: null,
      tests: [
        {
          title: "a stored pattern turns into the other",
          recall: "settle",
          passed: false,
          expectations: 3,
          failures: [{ text: "overlap(v, xi[1, _]) > 0.99", example: 0 }, {}, {}],
        },
      ],
    },
  ]);
});

test("the same seed draws the same, another seed draws anew", async () => {
  const noisy = GOOD.replace("query = xi[0, _]", "query ~ normal(xi[0, _], 0.2)").replace(
    "falling(energy) and converged",
    "overlap(query, xi[0, _]) > 1",
  );
  bench.write("noisy.ham", MODEL + noisy);
  const run = async (...args: string[]) =>
    (await bench.inProcess(["test", "noisy.ham", ...args])).stdout;
  expect(await run()).toContain("✗");
  expect(await run()).toBe(await run());
  expect(await run("--seed", "1")).not.toBe(await run());
});

test("an energy that stops being a number is not falling", async () => {
  const wild = MODEL.replace("dt = 0.5", "dt = 50").replace("= 4", "= 8");
  const expectation = `
test "downhill" {
  feed query ~ normal(0, 1)
  run settle
  expect falling(energy)
}
`;
  bench.write("wild.ham", wild + expectation);
  const { code, stdout } = await bench.inProcess(["test", "wild.ham"]);
  expect(stdout).toContain("✗ downhill");
  expect(stdout).toContain("largest rise of the energy is Infinity, the recall ended non-finite");
  expect(code).toBe(1);
});
