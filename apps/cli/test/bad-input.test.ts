// Every mistake of a user: one message with the place and the cure, the right exit code, no stack.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  writeModel(bench);
});
afterAll(() => bench[Symbol.dispose]());

/** Runs a command that must fail; checks what all failures have in common. */
async function fails(
  args: readonly string[],
  options?: { uid?: number },
): Promise<{ code: number | null; message: string }> {
  const { code, stdout, stderr } =
    options === undefined ? await bench.inProcess(args) : bench.ham(args, options);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/^\s+at /m);
  return { code, message: stderr };
}

test("a model that is not there", async () => {
  expect(await fails(["run", "n.ham"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: cannot read n.ham: there is no such file in this folder. Did you mean m.ham?",
    }
  `);
});

test("a model in a folder that is not there", async () => {
  expect(await fails(["run", "models/m.ham"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: cannot read models/m.ham: there is no such file in models (which does not exist).",
    }
  `);
});

test("a folder instead of a model", async () => {
  mkdirSync(join(bench.folder, "folder"), { recursive: true });
  expect(await fails(["run", "folder"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: cannot read folder: it is a folder.",
    }
  `);
});

test("a data file that is not there", async () => {
  bench.write("no-file.ham", MODEL.replace('"xi.npy"', '"xy.npy"'));
  expect(await fails(["run", "no-file.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "message": "error[E0901] no_file: cannot read \`xy.npy\`
     --> no-file.ham:6:23
    6 | data  xi: [K, D] from "xy.npy"
      |                       ^^^^^^^^ looked in this folder
      = help: found \`xi.npy\` there; or run with \`--data xi=PATH\`",
    }
  `);
});

test("a data file that is no array", async () => {
  bench.write("notes.npy", "not an array");
  expect(await fails(["run", "m.ham", "--data", "xi=notes.npy"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0908] not_an_array: notes.npy: expected an array file (.npy, .npz, safetensors), a PNG picture, a table of numbers (CSV, TSV), JSON, or pictures typed with # and ., found 12 bytes that are none of them
     --> --data xi:1:11
    1 | --data xi=notes.npy
      |           ^^^^^^^^^
      = help: Save the numbers in one of these forms.",
    }
  `);
});

test("data of the wrong shape", async () => {
  bench.writeArray("flat.npy", { shape: [4], data: Float32Array.of(1, 2, 3, 4) });
  expect(await fails(["run", "m.ham", "--data", "xi=flat.npy"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0308] file_shape: \`flat.npy\` does not fit the declared shape
     --> m.ham:6:11
    6 | data  xi: [K, D] from "xi.npy"
      |           ^^^^^^ declared with 2 axes, D = 2
      = note: the file has shape (4), float32: 1 axis
      = help: declare it as it is and name every axis: \`xi: [K]\`",
    }
  `);
});

test("data whose sizes contradict each other", async () => {
  bench.writeArray("three.npy", { shape: [1, 3], data: Float32Array.of(1, 2, 3) });
  expect(await fails(["run", "m.ham", "--given", "query=three.npy"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0308] file_shape: \`three.npy\` does not fit the declared shape
     --> m.ham:7:14
    7 | given query: [D] from "query.npy"
      |              ^^^ declared with 1 axis, D = 2
      = note: the file has shape (1, 3), float32: D would be 3
      = help: use another file, or change \`D\` (now 2, from xi.npy)",
    }
  `);
});

test("a NaN in the data", async () => {
  bench.writeArray("nan.npy", { shape: [2, 2], data: Float32Array.of(1, 2, Number.NaN, 4) });
  expect(await fails(["run", "m.ham", "--data", "xi=nan.npy"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0405] value_out_of_bounds: \`xi\` must hold finite numbers
     --> m.ham:6:23
    6 | data  xi: [K, D] from "xi.npy"
      |                       ^^^^^^^^ \`nan.npy\` has NaN at [1, 0]
      = help: clean the data, or leave such entries out before saving it",
    }
  `);
});

test("a misspelt name in the file", async () => {
  bench.write("name.ham", MODEL.replace("-1/beta", "-1/btea"));
  expect(await fails(["run", "name.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "message": "error[E0201] unknown_name: there is no \`btea\` here
      --> name.ham:11:17
    11 | energy lse = -1/btea * logsumexp[m] -beta/2 * sum[i] (v[i] - xi[m, i])^2
       |                 ^^^^ not declared in this file
       = help: did you mean \`beta\` (const, line 4)?",
    }
  `);
});

test("a misspelt name in --set", async () => {
  expect(await fails(["run", "m.ham", "--set", "btea=4"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0907] unknown_override: this model has nothing called \`btea\` to set
     --> --set btea:1:7
    1 | --set btea=4
      |       ^^^^
      = help: did you mean \`beta\`? Settable here: D (dim), K (dim), beta (const), recall.settle.steps, recall.settle.dt",
    }
  `);
});

test("a value out of its bounds in --set", async () => {
  expect(await fails(["run", "m.ham", "--set", "beta=-2"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0405] value_out_of_bounds: \`beta\` must be > 0
     --> --set beta:1:12
    1 | --set beta=-2
      |            ^^ this is -2
      = note: declared \`beta: real > 0\` at m.ham:4",
    }
  `);
});

test("a word instead of a number in --set", async () => {
  expect(await fails(["run", "m.ham", "--set", "beta=hot"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error[E0404] type_mismatch: \`--set\` needs NAME=NUMBER, but this is \`beta=hot\`
     --> --set beta:1:12
    1 | --set beta=hot
      |            ^^^
      = help: for example \`--set beta=2.5\`",
    }
  `);
});

test("a misspelt name in --given", async () => {
  expect(await fails(["run", "m.ham", "--given", "qery=query.npy"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: This model has no data or given called "qery". Did you mean query? It takes: xi (data), query (given).",
    }
  `);
});

test("a given that nothing provides", async () => {
  bench.write("not-fed.ham", MODEL.replace(' from "query.npy"', ""));
  expect(await fails(["run", "not-fed.ham"])).toMatchInlineSnapshot(`
    {
      "code": 3,
      "message": "error[E0804] not_fed: recall \`settle\` needs \`query\`, which nothing provides
     --> not-fed.ham:7:7
    7 | given query: [D]
      |       ^^^^^ declared here, no file
      = help: run with \`--given query=FILE.npy\`, or declare it with \`from "FILE.npy"\`",
    }
  `);
});

test("an unknown backend", async () => {
  expect(await fails(["run", "m.ham", "--backend", "wsam"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: there is no backend "wsam". Did you mean wasm? Backends here: wasm, cpu, webgpu, node, node-gpu.",
    }
  `);
});

test("an unknown recall", async () => {
  expect(await fails(["run", "m.ham", "--recall", "setle"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "ham: This model has no recall called "setle". It has: settle.",
    }
  `);
});

test("an unknown option", async () => {
  expect(await fails(["run", "m.ham", "--jsn"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error: unknown option '--jsn'
    (Did you mean --json?)
    (ham --help lists the commands)",
    }
  `);
});

test("an unknown command", async () => {
  expect(await fails(["rum", "m.ham"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error: unknown command 'rum'
    (Did you mean run?)
    (ham --help lists the commands)",
    }
  `);
});

test("a seed that is no number", async () => {
  expect(await fails(["run", "m.ham", "--seed", "soon"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error: option '--seed <N>' argument 'soon' is invalid. A seed is a whole number from 0 up.
    (ham --help lists the commands)",
    }
  `);
});

test("a batch that is no number", async () => {
  expect(await fails(["run", "m.ham", "--batch", "0"])).toMatchInlineSnapshot(`
    {
      "code": 2,
      "message": "error: option '--batch <N>' argument '0' is invalid. A count is a whole number from 1 up.
    (ham --help lists the commands)",
    }
  `);
});

test("an output folder that is a file", async () => {
  const found = await fails(["demo", "--out-dir", "m.ham"]);
  expect(found).toMatchInlineSnapshot(`
    {
      "code": 1,
      "message": "ham: cannot write to FOLDER/m.ham: a file of that name is in the way. Choose another folder with --out-dir.",
    }
  `);
});

test("an output folder that is read-only, and nothing half written", async () => {
  const folder = join(bench.folder, "read-only");
  mkdirSync(folder, { mode: 0o555 });
  // Permissions do not bind root, so the command runs as somebody else then.
  const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {};
  expect(await fails(["demo", "--out-dir", folder], nobody)).toMatchInlineSnapshot(`
    {
      "code": 1,
      "message": "ham: cannot write to FOLDER/read-only: permission denied. Choose another folder with --out-dir.",
    }
  `);
  expect(await fails(["run", "m.ham", "--out", join(folder, "r.npz")], nobody))
    .toMatchInlineSnapshot(`
    {
      "code": 1,
      "message": "ham: cannot write to FOLDER/read-only: permission denied. Choose another folder with --out.",
    }
  `);
  expect(readdirSync(folder)).toEqual([]);
});

test("a file with several mistakes prints each of them once and exits with 3", async () => {
  bench.write(
    "five.ham",
    MODEL.replace("neuron v: [D] as identity", "neuron v: [D] as identiti")
      .replace('[D] from "query.npy"', '[DD] from "query.npy"')
      .replace("dt = 0.5", "dx = 0.5"),
  );
  const { code, stdout } = await bench.inProcess(["check", "five.ham"]);
  expect(code).toBe(3);
  expect(stdout).toMatchInlineSnapshot(`
    "error[E0201] unknown_name: there is no \`DD\` here
     --> five.ham:7:15
    7 | given query: [DD] from "query.npy"
      |               ^^ not declared in this file
      = help: did you mean \`D\` (dim, line 3)?

    error[E0203] unknown_template: there is no Lagrangian called \`identiti\`
     --> five.ham:9:18
    9 | neuron v: [D] as identiti { leak = off }
      |                  ^^^^^^^^
      = help: did you mean \`identity\`?
      = note: Lagrangians in scope: identity, relu, repu, exp, rexp, tanh, sigmoid, softmax, ghostmax, sparsemax, entmax15, layernorm, sphere, sign, step

    error[E0402] unknown_argument: \`euler\` has no option called \`dx\`
      --> five.ham:15:18
    15 |   solver = euler(dx = 0.5)
       |                  ^^
       = help: did you mean \`dt\`? options are \`dt\` (the step size)

    five.ham: 3 errors, no warnings"
  `);
  expect(existsSync(join(bench.folder, "out"))).toBe(false);
});

test.each([
  [
    "capacity --energy quadratic --n 4",
    "--n is of --energy polynomial and rectified, not of quadratic.",
  ],
  [
    "capacity --energy polynomial --beta 2",
    "--beta is of --energy log-sum-exp, not of polynomial.",
  ],
  [
    "capacity query.npy --size 9",
    "--size is of random patterns: those of query.npy have a size of their own.",
  ],
  ["run m.ham --set beta=1 --set beta=2", "beta was said before: say it once."],
  [
    "run m.ham --given query=query.npy --given query=other.npy",
    "query was said before: say it once.",
  ],
])("an option that would count for nothing: %s", async (line, says) => {
  const { code, message } = await fails(line.split(" "));
  expect(code).toBe(2);
  expect(message).toContain(says);
});

test.each(["run", "energy"])(
  "%s --batch beside givens that hold another number",
  async (command) => {
    const args = [command, "m.ham", "--given", "query=query.npy"];
    const { code, message } = await fails([...args, "--batch", "7"]);
    expect(code).not.toBe(0);
    expect(message).toMatch(
      /"query" holds \d examples?, and .* is asked for 7\. Leave "batch" out/,
    );
    expect((await bench.inProcess(args)).code).toBe(0);
  },
);
