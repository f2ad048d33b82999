// What is written replaces older results and nothing else, whole or not at all.

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeFileAtomically } from "../src/files/write.ts";
import { type Bench, makeBench, MODEL, writeModel } from "./ham.ts";

const TRAINED = `ham 1

dim D, K = 2
given x: [D] from "x.npy"
param W: [K, D] ~ normal(0, 1)
neuron v: [D] as identity { leak = off }
energy lse = -logsumexp[m] -1/2 * sum[i] (v[i] - W[m, i])^2

recall settle {
  start v = x
  solver = euler(dt = 0.5)
  steps = 3
}

train {
  unroll = settle
  loss = mean[i] (v[i] - x[i])^2
  optimiser = adam(lr = 0.01)
  batch = 4
  epochs = 1
}
`;

const FLIPS = `ham 1

dim D = 4
given query: sign[D] from "signs.npy"
neuron v: [D] as sign
energy pair = -1/2 * sum[i, j] 0.5 * v[i] * v[j]

recall settle {
  start v = query
  solver = async
  steps = 8
}
`;

/** Every way to name a file that a command writes; `OUT` stands for it. */
const WRITERS: readonly (readonly [ending: string, ...args: string[]])[] = [
  ["npz", "run", "m.ham", "--out", "OUT"],
  ["png", "run", "flips.ham", "--movie", "OUT"],
  ["safetensors", "train", "t.ham", "--out", "OUT"],
  ["safetensors", "train", "t.ham", "--checkpoint", "OUT"],
  ["npy", "store", "signs.npy", "--out", "OUT"],
  ["svg", "capacity", "signs.npy", "--trials", "1", "--counts", "1,2", "--out", "OUT"],
  ["svg", "graph", "m.ham", "--out", "OUT"],
  ["svg", "landscape", "m.ham", "--points", "4", "--out", "OUT"],
  ["json", "ir", "m.ham", "--out", "OUT"],
  ["ham", "ir", "m.ham", "--to-ham", "--out", "OUT"],
  ["py", "export", "m.ham", "--to", "jax", "--out", "OUT"],
  ["onnx", "export", "m.ham", "--to", "onnx", "--out", "OUT"],
  ["md", "doc", "m.ham", "--out", "OUT"],
];
const titled = WRITERS.map((args) => [args.slice(1).join(" "), args] as const);

let bench: Bench;
beforeAll(() => (bench = makeBench()));
afterAll(() => bench[Symbol.dispose]());
beforeEach(() => {
  for (const name of readdirSync(bench.folder)) rmSync(at(name), { recursive: true, force: true });
  writeModel(bench);
  bench.write("t.ham", TRAINED);
  bench.write("flips.ham", FLIPS);
  bench.writeArray("x.npy", {
    shape: [6, 2],
    data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  });
  bench.writeArray("signs.npy", {
    shape: [2, 4],
    data: Float32Array.of(1, 1, -1, -1, 1, -1, 1, -1),
  });
});

const at = (name: string) => join(bench.folder, name);
const ham = ([, ...args]: readonly string[], out: string) =>
  bench.inProcess(args.map((arg) => (arg === "OUT" ? out : arg)));
const leftovers = () => readdirSync(bench.folder).filter((name) => name.endsWith(".tmp"));

describe.each(titled)("ham %s", (_, args) => {
  const [ending] = args;
  const name = `o.${ending}`;

  test("replaces an older result behind a link, and keeps the link and the permissions", async () => {
    mkdirSync(at("there"));
    bench.write(`there/${name}`, "old");
    chmodSync(at(`there/${name}`), 0o640);
    symlinkSync(`there/${name}`, at(name));
    const { code, stderr } = await ham(args, name);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readlinkSync(at(name))).toBe(`there/${name}`);
    expect(readFileSync(at(name), "utf8")).not.toBe("old");
    expect(statSync(at(name)).mode & 0o777).toBe(0o640);
    expect(readdirSync(at("there"))).toEqual(expect.arrayContaining([name]));
    expect(readdirSync(at("there")).some((each) => each.endsWith(".tmp"))).toBe(false);
  });

  test("refuses a folder, a pipe, a device and a read-only file, and leaves them as they are", async () => {
    mkdirSync(at(`folder-${name}`));
    execFileSync("sh", ["-c", 'mkfifo "$0"', at(`pipe-${name}`)]);
    symlinkSync("/dev/null", at(`device-${name}`));
    bench.write(`read-only-${name}`, "old");
    chmodSync(at(`read-only-${name}`), 0o444);
    for (const kind of ["folder", "pipe", "device", "read-only"]) {
      const before = lstatSync(at(`${kind}-${name}`));
      const { code, stdout, stderr } = await ham(args, `${kind}-${name}`);
      expect(stderr).toContain(`cannot write to ${kind}-${name}: it is`);
      expect(stderr).toContain(kind);
      expect([code, stdout]).toEqual([kind === "read-only" ? 1 : 2, ""]);
      const after = lstatSync(at(`${kind}-${name}`));
      expect([after.ino, after.mode]).toEqual([before.ino, before.mode]);
    }
    expect(leftovers()).toEqual([]);
  });

  test("refuses a file that is written as a folder, and keeps it", async () => {
    bench.write(name, "old");
    chmodSync(at(name), 0o444);
    mkdirSync(at("there/below"), { recursive: true });
    symlinkSync("there/below", at("aside"));
    for (const way of [`${name}/`, `${name}/.`, `./${name}//`]) {
      const { code, stderr } = await ham(args, way);
      expect([code, readFileSync(at(name), "utf8")], `${way}: ${stderr}`).toEqual([2, "old"]);
    }
    // Behind the link, .. is another folder, in which there is no such file and no such folder.
    // With --checkpoint alone, the params go where they go by default.
    const here = () => readdirSync(bench.folder).filter((each) => each !== "out");
    const before = here();
    for (const out of [name, `new/${name}`]) {
      const { code, stderr } = await ham(args, `aside/../${out}`);
      expect([code, stderr]).toEqual([0, ""]);
      expect(readFileSync(at(name), "utf8")).toBe("old");
      expect(existsSync(at(`there/${out}`))).toBe(true);
      expect(here()).toEqual(before);
    }
  });

  test("takes a name as long as the system allows", async () => {
    // A training names its checkpoint after its params.
    const room = 255 - (args.includes("train") ? ".checkpoint".length : 0);
    const long = `${"x".repeat(room - ending.length - 1)}.${ending}`;
    const { code, stderr } = await ham(args, long);
    expect([code, stderr]).toEqual([0, ""]);
    expect(lstatSync(at(long)).isFile()).toBe(true);
  });

  test("refuses the file that it reads, under every name", async () => {
    const input = args.find((arg) => /\.(ham|npy)$/.test(arg))!;
    const before = readFileSync(at(input));
    linkSync(at(input), at(`hard-${name}`));
    symlinkSync(input, at(`soft-${name}`));
    for (const out of [`hard-${name}`, `soft-${name}`, `./soft-${name}`]) {
      const { code, stdout, stderr } = await ham(args, out);
      expect(stderr).toBe(
        `ham: cannot write to ${out}: this command reads it, and it would be lost. Choose another name with ${args.at(-2)}.`,
      );
      expect([code, stdout]).toEqual([2, ""]);
      expect(readFileSync(at(input))).toEqual(before);
    }
  });

  test("refuses the ending of something else", async () => {
    const { code, stderr } = await ham(args, "o.csv");
    expect(code).toBe(2);
    expect(stderr).toMatch(/ writes .*, found o\.csv\. Give it a name that ends in \.\w+\.$/);
    expect(readdirSync(bench.folder)).not.toContain("o.csv");
  });
});

test("data files, params and used files are inputs as well", async () => {
  bench.write("used.ham", "ham 1\n\nlagrangian soft(x) {\n  value = softplus(x)\n}\n");
  bench.write("m2.ham", MODEL.replace("dim D, K", 'use "./used.ham" as other\n\ndim D, K'));
  linkSync(at("xi.npy"), at("xi.npz"));
  linkSync(at("query.npy"), at("query.npz"));
  linkSync(at("used.ham"), at("used.npz"));
  for (const out of ["xi.npz", "query.npz", "used.npz"]) {
    const { code, stderr } = await bench.inProcess(["run", "m2.ham", "--out", out]);
    expect(stderr).toContain(`cannot write to ${out}: this command reads it`);
    expect(code).toBe(2);
  }
  expect((await bench.inProcess(["train", "t.ham"])).code).toBe(0);
  const params = "out/t.safetensors";
  const again = await bench.inProcess(["train", "t.ham", "--params", params, "--out", params]);
  expect([again.code, again.stderr]).toEqual([
    2,
    `ham: cannot write to ${params}: this command reads it, and it would be lost. Choose another name with --out.`,
  ]);
});

test("the files of a plugin are inputs as well", async () => {
  mkdirSync(at("node_modules/kit"), { recursive: true });
  const manifest = { version: "1.0.0", type: "module", ham: "./kit.ham", main: "./kit.js" };
  bench.write("node_modules/kit/package.json", JSON.stringify(manifest));
  bench.write(
    "node_modules/kit/kit.ham",
    "ham 1\nextern synapse pull(a: [A]) { const gain = 1.0 }\n",
  );
  bench.write(
    "node_modules/kit/kit.js",
    "export const externs = { pull: ({ args: { a } }) => a(0) };",
  );
  bench.write(
    "plugged.ham",
    'ham 1\nuse "kit" as kit\ndim D = 4\nneuron v: [D] as identity\nconnect pull: kit.pull(v)\n',
  );
  expect((await bench.inProcess(["check", "plugged.ham", "--trust-plugins"])).stdout).toBe(
    "plugged.ham: no errors, no warnings",
  );
  for (const file of ["package.json", "kit.ham", "kit.js"]) {
    symlinkSync(`node_modules/kit/${file}`, at(`${file}-link.json`));
    const args = ["ir", "plugged.ham", "--trust-plugins", "--out", `${file}-link.json`];
    const { code, stderr } = await bench.inProcess(args);
    expect(stderr).toContain("this command reads it");
    expect(code).toBe(2);
  }
});

test("two outputs never share a file", async () => {
  symlinkSync("p.safetensors", at("same.safetensors"));
  for (const checkpoint of ["p.safetensors", "./p.safetensors", "same.safetensors"]) {
    const args = ["train", "t.ham", "--out", "p.safetensors", "--checkpoint", checkpoint];
    const { code, stderr } = await bench.inProcess(args);
    expect([code, stderr]).toEqual([
      2,
      `ham: --out and --checkpoint would write two things to one file, ${checkpoint}. Choose another name for one of them.`,
    ]);
  }
});

test("a socket is refused, a link that leads nowhere yet is followed", async () => {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(at("s.json"), ready));
  try {
    const { code, stderr } = await bench.inProcess(["ir", "m.ham", "--out", "s.json"]);
    expect([code, stderr]).toEqual([
      2,
      "ham: cannot write to s.json: it is a socket. Choose another name with --out.",
    ]);
  } finally {
    server.close();
  }
  symlinkSync("later/new.json", at("link.json"));
  expect((await bench.inProcess(["ir", "m.ham", "--out", "link.json"])).code).toBe(0);
  expect(lstatSync(at("link.json")).isSymbolicLink()).toBe(true);
  expect(readFileSync(at("later/new.json"), "utf8")).toContain("lse");
});

test("fmt keeps links and permissions, and leaves a read-only file alone", async () => {
  const wide = MODEL.replaceAll(" = ", "   =  ");
  bench.write("wide.ham", wide);
  chmodSync(at("wide.ham"), 0o600);
  symlinkSync("wide.ham", at("link.ham"));
  expect((await bench.inProcess(["fmt", "link.ham"])).code).toBe(0);
  expect(lstatSync(at("link.ham")).isSymbolicLink()).toBe(true);
  expect(statSync(at("wide.ham")).mode & 0o777).toBe(0o600);
  bench.write("wide.ham", wide);
  chmodSync(at("wide.ham"), 0o400);
  const { code, stderr } = await bench.inProcess(["fmt", "wide.ham"]);
  expect([code, stderr]).toEqual([
    1,
    "ham: cannot write to wide.ham: it is read-only. Choose another name.",
  ]);
  expect(readFileSync(at("wide.ham"), "utf8")).toBe(wide);
});

test("fmt of a folder behind a link and .. changes the files there", async () => {
  const wide = MODEL.replaceAll(" = ", "   =  ");
  mkdirSync(at("there/below"), { recursive: true });
  symlinkSync("there/below", at("aside"));
  bench.write("wide.ham", wide);
  bench.write("there/wide.ham", wide);
  expect((await bench.inProcess(["fmt", "aside/.."])).code).toBe(0);
  expect(readFileSync(at("wide.ham"), "utf8")).toBe(wide);
  expect(readFileSync(at("there/wide.ham"), "utf8")).not.toBe(wide);
});

test.runIf(process.getuid?.() === 0)("the owner of a file stays its owner", async () => {
  bench.write("o.json", "old");
  chownSync(at("o.json"), 65534, 65533);
  expect((await bench.inProcess(["ir", "m.ham", "--out", "o.json"])).code).toBe(0);
  const { uid, gid } = statSync(at("o.json"));
  expect([uid, gid]).toEqual([65534, 65533]);
});

test("the dash is the standard output where nothing else goes there, and no file", async () => {
  for (const args of [
    ["ir", "m.ham"],
    ["doc", "m.ham"],
    ["graph", "m.ham"],
  ]) {
    const { code, stdout } = await bench.inProcess([...args, "--out", "-"]);
    expect(code).toBe(0);
    expect(stdout).toContain("lse");
  }
  const { code, stderr } = await bench.inProcess(["run", "m.ham", "--out", "-"]);
  expect([code, stderr]).toEqual([
    2,
    "ham: --out needs the name of a file: the report already goes to the standard output. A file of that name is ./-",
  ]);
  expect(readdirSync(bench.folder)).not.toContain("-");
});

test("the file that the report goes to is no place for a result", () => {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const line = `"$0" "$1" run m.ham --out report.npz > report.npz`;
  const { status, stderr } = spawnSync("sh", ["-c", line, process.execPath, main], {
    cwd: bench.folder,
    encoding: "utf8",
  });
  expect(stderr).toContain("it is where this command's own input or output goes");
  expect(status).toBe(2);
});

test("a failure in the middle of writing leaves the old file and nothing else", async () => {
  bench.write("o.json", "old");
  await expect(writeFileAtomically(at("o.json"), {} as never)).rejects.toThrow();
  expect(readFileSync(at("o.json"), "utf8")).toBe("old");
  expect(leftovers()).toEqual([]);
});

test("a disk without room leaves the old file and nothing else", () => {
  bench.write("o.json", "old");
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const line = `trap "" XFSZ; ulimit -f 0; exec "$0" "$1" ir m.ham --out o.json`;
  const { status, stderr } = spawnSync("sh", ["-c", line, process.execPath, main], {
    cwd: bench.folder,
    encoding: "utf8",
  });
  expect([status, stderr.replace(bench.folder, "FOLDER")]).toEqual([
    1,
    "ham: cannot write to FOLDER/o.json: the file is larger than the system allows. Choose another place.\n",
  ]);
  expect(readFileSync(at("o.json"), "utf8")).toBe("old");
  expect(leftovers()).toEqual([]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s in the middle of writing leaves the old file and nothing else",
  (signal) => {
    bench.write("o.json", "old");
    const source = pathToFileURL(fileURLToPath(new URL("../src/files/write.ts", import.meta.url)));
    // The content comes in parts, and the signal between them.
    bench.write(
      "half.mts",
      `import { writeFileAtomically } from "${source.href}";
      async function* parts() {
        yield "half";
        process.kill(process.pid, "${signal}");
        await new Promise((later) => setTimeout(later, 60_000));
      }
      await writeFileAtomically("o.json", parts() as never);`,
    );
    const ended = spawnSync(process.execPath, ["half.mts"], { cwd: bench.folder });
    expect([ended.status, ended.signal]).toEqual([null, signal]);
    expect(readFileSync(at("o.json"), "utf8")).toBe("old");
    expect(leftovers()).toEqual([]);
  },
);

test("a signal as soon as the temporary file is there leaves none", () => {
  bench.write("o.json", "old");
  const source = pathToFileURL(fileURLToPath(new URL("../src/files/write.ts", import.meta.url)));
  bench.write(
    "begun.mts",
    `import files from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    const { open } = files;
    files.open = async (...how) => {
      const file = await open(...how);
      process.kill(process.pid, "SIGTERM");
      await new Promise((later) => setTimeout(later, 60_000));
      return file;
    };
    syncBuiltinESMExports();
    const { writeFileAtomically } = await import("${source.href}");
    await writeFileAtomically("o.json", "new");`,
  );
  const ended = spawnSync(process.execPath, ["begun.mts"], { cwd: bench.folder });
  expect([ended.status, ended.signal]).toEqual([null, "SIGTERM"]);
  expect(readFileSync(at("o.json"), "utf8")).toBe("old");
  expect(leftovers()).toEqual([]);
});
