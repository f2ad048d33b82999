// `ham store`: patterns become weights that a model recalls them from.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { key, normal, readNpy, readNpz } from "@hamlet/core";
import { makeMemory } from "@hamlet/drdam";
import { recallKernel, softmaxSeparation } from "@hamlet/kohonen";
import { hebb, pseudoInverse, storkey } from "@hamlet/ham";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Command } from "commander";
import { command } from "../src/commands/store.ts";
import { type Bench, makeBench } from "./ham.ts";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  bench.writeArray("bits.npy", { shape: [3, 2, 4], dtype: "uint8", data: BITS });
});
afterAll(() => bench[Symbol.dispose]());

/** Three pictures of 2 × 4 pixels. */
const BITS = Uint8Array.from("111100001010101011001001", Number);
const SIGNS = { shape: [3, 8], data: Float64Array.from(BITS, (bit) => 2 * bit - 1) } as const;

const MODEL = `ham 1

dim D = 8
given query: sign[D] from "query.npy"

neuron v: [D] as sign

connect stored: hopfield(v) from "W.npy"

recall settle {
  start v = query
  solver = async
  steps = 200
  stop when settled
}
`;

test.each([
  ["hebb", hebb],
  ["pseudo-inverse", pseudoInverse],
  ["storkey", storkey],
])("--rule %s writes that rule's weights, and a model recalls from them", async (name, rule) => {
  const { code, stdout, stderr } = await bench.inProcess(["store", "bits.npy", "--rule", name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`3 patterns of 8 units, stored by ${name}: 3 are fixed points`);
  const { shape, data } = readNpy(readFileSync(join(bench.folder, "W.npy")));
  expect(shape).toEqual([8, 8]);
  expect(data).toEqual(Float32Array.from(await rule(SIGNS)));

  bench.write("m.ham", MODEL);
  bench.writeArray("query.npy", { shape: [3, 8], data: Float32Array.from(SIGNS.data) });
  const run = await bench.inProcess(["run", "m.ham", "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({ result: ["converged", "converged", "converged"] });
});

test("--take stores the first ones, --unlearn weakens what random starts find", async () => {
  const read = async (...args: string[]) => {
    expect((await bench.inProcess(["store", "bits.npy", ...args, "--out", "sub/W.npy"])).code).toBe(
      0,
    );
    return readNpy(readFileSync(join(bench.folder, "sub/W.npy"))).data;
  };
  const first = { shape: [1, 8], data: SIGNS.data.subarray(0, 8) } as const;
  const whole = await hebb(first);
  expect(await read("--take", "1")).toEqual(Float32Array.from(whole));
  const weak = await read("--take", "1", "--unlearn", "2", "--rate", "0.25");
  (weak as Float32Array).forEach((w, k) => expect(w).toBeCloseTo(whole[k] / 2, 6));
});

test("a pattern counts as stored by what its other units say", async () => {
  const asked = "store bits.npy --rule pseudo-inverse --unlearn 2 --rate 1".split(" ");
  const { stdout } = await bench.inProcess(asked);
  const { data } = readNpy(readFileSync(join(bench.folder, "W.npy")));
  const stable = (isOwn: boolean) =>
    [0, 1, 2].filter((m) => {
      const row = SIGNS.data.subarray(8 * m, 8 * m + 8);
      return row.every((sign, i) => {
        const field = row.reduce(
          (sum, other, j) => sum + (isOwn || j !== i ? Number(data[8 * i + j]) * other : 0),
          0,
        );
        return field * sign >= 0;
      });
    }).length;
  expect(stable(true)).toBeGreaterThan(stable(false));
  expect(stdout).toContain(`: ${stable(false)} are fixed points`);
});

test("mistakes are explained, and leave no file behind", async () => {
  bench.writeArray("grey.npy", { shape: [2, 2], data: Float32Array.of(1, 0, 0.5, 1) });
  bench.writeArray("flat.npy", { shape: [4], data: Float32Array.of(1, 0, 1, 1) });
  bench.writeArray("mixed.npy", { shape: [2, 2], data: Float32Array.of(1, -1, 0, 1) });
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.inProcess(["store", ...args, "--out", "none.npy"]);
    expect(stdout).toBe("");
    expect(existsSync(join(bench.folder, "none.npy"))).toBe(false);
    return `${code} ${stderr.split("\n")[0]}`;
  };
  expect(await fails("bit.npy")).toMatchInlineSnapshot(
    `"2 ham: cannot read bit.npy: there is no such file in this folder. Did you mean bits.npy?"`,
  );
  expect(await fails("bits.npy", "--take", "9")).toMatchInlineSnapshot(
    `"2 ham: bits.npy has 3 patterns, fewer than --take 9."`,
  );
  expect(await fails("grey.npy")).toMatchInlineSnapshot(
    `"2 ham: grey.npy: expected entries of -1 and 1, or of 0 and 1; found 0.5 in pattern 1."`,
  );
  expect(await fails("mixed.npy")).toMatchInlineSnapshot(
    `"2 ham: mixed.npy: expected entries of -1 and 1, or of 0 and 1; found 0 beside -1 in pattern 1."`,
  );
  expect(await fails("flat.npy")).toMatchInlineSnapshot(
    `"2 ham: flat.npy: expected patterns, one a row, such as [100, 28, 28]; found the shape [4]."`,
  );
  expect(await fails("bits.npy", "--rule", "hebbian")).toMatchInlineSnapshot(
    `"2 error: option '--rule <RULE>' argument 'hebbian' is invalid. Allowed choices are hebb, pseudo-inverse, storkey, linear, drdam."`,
  );
  expect(await fails("bits.npy", "--rate", "-1")).toMatchInlineSnapshot(
    `"2 error: option '--rate <X>' argument '-1' is invalid. Expected a number above 0."`,
  );
});

describe("--rule drdam", () => {
  const [K, D] = [12, 5];
  const patterns = normal(key(1), [K, D]);
  const options = { D, Y: 64, beta: 2, key: key(7), family: "orthogonal" } as const;
  const SETTINGS = "--rule drdam --beta 2 --features 64 --family orthogonal --seed 7".split(" ");
  const store = async (...args: string[]) => {
    const { code, stdout, stderr } = await bench.inProcess(["store", ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(bench.folder, name)));
  beforeAll(() => {
    const rows = (from: number, to: number) => patterns.slice(from * D, to * D);
    bench.writeArray("all.npy", { shape: [K, D], data: rows(0, K) });
    bench.writeArray("rest.npy", { shape: [K - 8, D], data: rows(8, K) });
  });

  test("writes what the library saves, also in parts, after forgetting and by merging", async () => {
    const memory = makeMemory(options);
    await memory.store(patterns);
    const said = await store("all.npy", ...SETTINGS, "--out", "whole.safetensors");
    expect(said).toContain("12 patterns stored; whole.safetensors holds 12 patterns of 5 numbers");
    expect(said).toContain('connect memory: drdam(v) from "whole.safetensors"');
    expect(bytesOf("whole.safetensors")).toEqual(memory.save());

    await store("all.npy", ...SETTINGS, "--take", "8", "--out", "parts.safetensors");
    const some = bytesOf("parts.safetensors");
    const into = ["--rule", "drdam", "--into", "parts.safetensors"];
    await store("all.npy", ...into, "--skip", "8");
    expect(bytesOf("parts.safetensors")).toEqual(memory.save());
    await store("rest.npy", ...into, "--forget");
    expect(bytesOf("parts.safetensors")).toEqual(some);

    await store("rest.npy", ...SETTINGS, "--out", "rest.safetensors");
    await store("rest.safetensors", ...into);
    expect(bytesOf("parts.safetensors")).toEqual(memory.save());
  });

  test("and a model recalls from it", async () => {
    await store("all.npy", ...SETTINGS, "--out", "whole.safetensors");
    bench.write(
      "features.ham",
      'ham 1\ndim D\ngiven query: [D] from "all.npy"\nneuron v: [D] as identity { leak = off }\nconnect memory: drdam(v) from "whole.safetensors"\nrecall go { start v = query solver = euler(dt = 0.1) steps = 200 stop when change < 1e-6 }\n',
    );
    const memory = makeMemory(options);
    await memory.store(patterns);
    const { stdout } = await bench.inProcess(["energy", "features.ham", "--json"]);
    const { total } = JSON.parse(stdout) as { total: number[] };
    total.forEach((energy, k) => {
      const own = memory.energy(patterns.subarray(k * D, (k + 1) * D));
      expect(Math.abs(energy - own)).toBeLessThan(1e-5);
    });
  });

  test("explains mistakes", async () => {
    await store("all.npy", ...SETTINGS, "--out", "whole.safetensors");
    await store("bits.npy", "--rule", "drdam", "--beta", "1", "--out", "other.safetensors");
    const fails = async (...args: string[]) => {
      const { code, stdout, stderr } = await bench.inProcess(["store", ...args]);
      expect(stdout).toBe("");
      return `${code} ${stderr.split("\n")[0]}`;
    };
    expect([
      await fails("all.npy", "--rule", "drdam"),
      await fails("all.npy", "--rule", "drdam", "--beta", "2", "--forget"),
      await fails("all.npy", "--beta", "2"),
      await fails("all.npy", "--rule", "drdam", "--into", "whole.safetensors", "--beta", "2"),
      await fails("all.npy", "--rule", "drdam", "--into", "other.safetensors"),
      await fails("all.npy", "--rule", "drdam", "--into", "all.npy"),
      await fails("whole.safetensors", "--rule", "drdam", "--beta", "2"),
      await fails("whole.safetensors", "--rule", "drdam", "--into", "other.safetensors"),
      await fails("all.npy", ...SETTINGS, "--skip", "12"),
      await fails("all.npy", ...SETTINGS, "--out", "m.npy"),
    ]).toMatchInlineSnapshot(`
      [
        "2 ham: --rule drdam needs --beta X, the inverse temperature: larger is sharper, and needs more features.",
        "2 ham: --forget needs --into FILE, the memory that forgets.",
        "2 ham: --beta is of --rule drdam, not of hebb.",
        "2 ham: whole.safetensors says what --beta is: leave it out.",
        "2 ham: all.npy has patterns of 5 numbers, and other.safetensors is a memory of 8.",
        "2 ham: --out writes a memory, found all.npy. Give it a name that ends in .safetensors.",
        "2 ham: whole.safetensors is a memory: say with --into FILE which one it is added to.",
        "1 ham: merge: the memories are made of different features, {"D":8,"Y":4096,"beta":1,"key":[0,0],"kind":"sin-cos","family":"gaussian","norms":"chi"} and {"D":5,"Y":64,"beta":2,"key":[0,7],"kind":"sin-cos","family":"orthogonal","norms":"chi"}. Store the patterns with one description.",
        "2 ham: all.npy has 12 patterns, --skip 12.",
        "2 ham: --out writes a memory, found m.npy. Give it a name that ends in .safetensors.",
      ]
    `);
  });
});

test("--rule linear maps keys to values, and a model recalls them", async () => {
  const [n, d, m] = [5, 8, 3];
  const keys = normal(key(3), [n, d]);
  const values = normal(key(4), [n, m]);
  bench.writeArray("keys.npy", { shape: [n, d], data: keys });
  bench.writeArray("values.npy", { shape: [n, m], data: values });
  const { code, stdout } = await bench.inProcess(
    "store keys.npy --values values.npy --rule linear --out pairs.npy".split(" "),
  );
  expect(code).toBe(0);
  expect(stdout).toContain("5 pairs of 8 and 3 numbers, rank 5");
  bench.write(
    "pairs.ham",
    'ham 1\ndim D, M\ngiven key: [D] from "keys.npy"\nneuron k: [D] as identity\nneuron v: [M] as identity\n@allow(unbounded_energy)\nconnect stored: dense(v, k) from "pairs.npy"\nrecall value { clamp k = key solver = euler(dt = 0.2) steps = 200 stop when change < 1e-6 return v }\n',
  );
  const run = await bench.inProcess(["run", "pairs.ham", "--out", "found.npz"]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const found = readNpz(readFileSync(join(bench.folder, "found.npz"))).get("v")!;
  expect(found.shape).toEqual([n, m]);
  found.data.forEach((entry, i) => expect(Number(entry)).toBeCloseTo(values[i], 4));
});

test("--ridge weighs large weights", async () => {
  const data = Float32Array.of(1, 0, 0, 1);
  bench.writeArray("units.npy", { shape: [2, 2], data });
  const weights = async (...ridge: string[]) => {
    const asked = "store units.npy --rule linear --out W.npy".split(" ");
    expect((await bench.inProcess([...asked, ...ridge])).code).toBe(0);
    return [...readNpy(readFileSync(join(bench.folder, "W.npy"))).data];
  };
  expect(await weights()).toEqual([1, 0, 0, 1]);
  // Of orthonormal keys W = V Kᵀ / (1 + λ).
  expect(await weights("--ridge", "3")).toEqual([0.25, 0, 0, 0.25]);
});

test("a kernel memory of pairs is a formula over their files, and recalls as the library does", async () => {
  const [n, d, m] = [5, 8, 3];
  const keys = normal(key(3), [n, d]);
  const values = normal(key(4), [n, m]);
  bench.writeArray("keys.npy", { shape: [n, d], data: keys });
  bench.writeArray("values.npy", { shape: [n, m], data: values });
  bench.write(
    "kernel.ham",
    `ham 1
dim N, D, M
const beta = 0.5
data keys: [N, D] from "keys.npy"
data values: [N, M] from "values.npy"
given key: [D] from "keys.npy"
neuron v: [M] as identity
let score[n] = beta * sum[i] keys[n, i] * key[i]
let weight[n] = exp(score[n] - logsumexp[k] score[k])
energy associate = -sum[a] v[a] * sum[n] weight[n] * values[n, a]
recall value { solver = euler(dt = 0.5) steps = 100 stop when change < 1e-7 return v }
`,
  );
  expect(await bench.inProcess(["run", "kernel.ham", "--out", "kernel.npz"])).toMatchObject({
    code: 0,
    stderr: "",
  });
  const found = readNpz(readFileSync(join(bench.folder, "kernel.npz"))).get("v")!;
  const pairs = {
    keys: { shape: [n, d] as const, data: new Float64Array(keys) },
    values: { shape: [n, m] as const, data: new Float64Array(values) },
  };
  const { data } = await recallKernel(
    { ...pairs, queries: pairs.keys },
    { separation: softmaxSeparation({ beta: 0.5 }) },
  );
  found.data.forEach((entry, i) => expect(Number(entry)).toBeCloseTo(data[i], 5));
});

describe("an option of one rule has no meaning for the others", () => {
  const { options } = command.takes(new Command());
  const own = options.flatMap((option) => {
    const owner = /^(\w+): /.exec(option.description)?.[1];
    return owner === undefined ? [] : [[option.long!, owner, option] as const];
  });

  test.each(own)("%s is of %s", async (name, owner, { argChoices, required }) => {
    const value = required ? [argChoices?.[0] ?? "1"] : [];
    for (const rule of ["hebb", "pseudo-inverse", "storkey", "linear", "drdam"]) {
      if (rule === owner) continue;
      const asked = ["store", "bits.npy", "--rule", rule, name, ...value];
      expect(await bench.inProcess(asked)).toMatchObject({
        code: 2,
        stderr: `ham: ${name} is of --rule ${owner}, not of ${rule}.`,
      });
    }
  });
});

describe("a signal in the middle of writing leaves what was there, or all of what is new", () => {
  test.each([
    ["hebb", "SIGINT", []],
    ["pseudo-inverse", "SIGTERM", []],
    ["storkey", "SIGHUP", ["--unlearn", "2"]],
    ["linear", "SIGINT", []],
    ["drdam", "SIGTERM", ["--beta", "2", "--features", "8"]],
  ] as const)("--rule %s, %s", async (rule, signal, settings) => {
    const out = rule === "drdam" ? "kept.safetensors" : "kept.npy";
    const args = ["store", "bits.npy", "--rule", rule, "--out", out, ...settings];
    const { code } = await bench.inProcess(args);
    expect(code).toBe(0);
    const whole = readFileSync(join(bench.folder, out));
    bench.write(out, "what was there");
    // Half of it is written when the signal comes. Who listens to it goes on.
    bench.write(
      "half.mts",
      `import files from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      const { open } = files;
      files.open = async (...how) => {
        const file = await open(...how);
        if (!String(how[0]).endsWith(".tmp")) return file;
        file.writeFile = async (content) => {
          const bytes = Buffer.from(content);
          const half = bytes.length >> 1;
          await file.write(bytes, 0, half, 0);
          process.kill(process.pid, "${signal}");
          await new Promise((later) => setTimeout(later, 500));
          await file.write(bytes, half, bytes.length - half, half);
        };
        return file;
      };
      syncBuiltinESMExports();
      const { main } = await import("${new URL("../src/command-line.ts", import.meta.url).href}");
      process.exitCode = await main(${JSON.stringify(args)});`,
    );
    const ended = spawnSync(process.execPath, ["half.mts"], { cwd: bench.folder });
    const kept = readFileSync(join(bench.folder, out));
    if (ended.signal === signal) expect(kept.toString()).toBe("what was there");
    else expect(kept).toEqual(whole);
    expect(rule === "drdam" ? ended.status : ended.signal).not.toBeNull();
    expect(readdirSync(bench.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
