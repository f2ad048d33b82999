// Packages as they lie on a disk, most of them broken in one way. Each must answer with a message
// at the `use` that names it, or at the connection that needs its code.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compile } from "@hamlet/dsl";
import { renderDiagnostic } from "@hamlet/dsl/frame";
import { CATALOGUE, readUses } from "@hamlet/model";
import { diskFiles, type DiskOptions, readSource } from "@hamlet/model/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
const write = (path: string, content: string) => {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
};

const HAM = `ham 1
lagrangian gentle(x) { value = 1/2 * x^2 }
extern synapse pull(a: [A]) { const gain = 1.0 }
`;
const MANIFEST = {
  version: "1.3.0",
  type: "module",
  ham: "./index.ham",
  exports: { ".": { types: "./index.d.ts", import: "./index.js" } },
};

/** Installs a package; `manifest` in place of the usual one, `code` in place of working code. */
function install(name: string, manifest: unknown = MANIFEST, code?: string): void {
  const at = `project/node_modules/${name}`;
  write(`${at}/package.json`, typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  write(`${at}/index.ham`, HAM);
  write(`${at}/index.js`, code ?? "export const externs = { pull: ({ args: { a } }) => a(0) };");
}

const model = (specifier: string, connect = "connect kit.pull(v)") => `ham 1
use "${specifier}" as kit
dim D = 4
neuron v: [D] as kit.gentle
${connect}
`;

/** Compiles a model that uses a package; its messages as text. */
async function told(specifier: string, options: DiskOptions = {}, connect?: string) {
  const path = write("project/m.ham", model(specifier, connect));
  const source = { ...(await readSource(path)), name: "m.ham" };
  const resolve = await readUses(source, diskFiles(path, options));
  const { diagnostics, sources, leftOut } = compile(source, { registry: CATALOGUE, resolve });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const text = errors.map((error) => renderDiagnostic(error, sources)).join("\n\n");
  return { text: text.replaceAll(folder, "FOLDER"), leftOut };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ham-"));
  install("kit");
  install("@scope/kit");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a package is found with and without a scope, and its code gives the energy", async () => {
  for (const specifier of ["kit@^1.2", "kit", "@scope/kit@1", "@scope/kit"]) {
    expect((await told(specifier)).text, specifier).toBe("");
  }
});

test.each([
  ["main without an ending", { main: "./index" }],
  ["main that is a folder", { main: "lib" }],
  ["main that is not there, beside an index", { main: "gone" }],
  ["no entry", {}],
])("%s is found as by an import", async (_, entry) => {
  install("by-main", { version: "1.0.0", type: "module", ham: "./index.ham", ...entry });
  write(
    "project/node_modules/by-main/lib/index.js",
    "export const externs = { pull: ({ args: { a } }) => a(0) };",
  );
  expect((await told("by-main")).text).toBe("");
});

test("a condition that says there is no entry is the answer, as for an import", async () => {
  const exports = { ".": { node: null, default: "./index.js" } };
  install("no-node", { ...MANIFEST, exports });
  expect((await told("no-node")).text).toContain("has no entry `.` for `import`");
});

test("code that prints, changes the folder or answers late does so to itself alone", async () => {
  const code = `process.stdout.write("loaded"); process.chdir("/");
export const externs = { pull: async () => { process.chdir("/"); throw new Error("late"); } };`;
  install("loud-a", MANIFEST, code);
  install("loud-b", MANIFEST, `await new Promise((done) => setTimeout(done, 20));${code}`);
  const before = process.cwd();
  const writing = process.stdout.write.bind(process.stdout);
  const parts: string[] = [];
  const printed = (part: string | Uint8Array) => parts.push(String(part)) > 0;
  process.stdout.write = printed;
  try {
    // Both at once: each ends in the middle of the other.
    const messages = await Promise.all([told("loud-b"), told("loud-a")]);
    for (const { text } of messages)
      expect(text).toContain("what its package returns is no energy");
    expect(process.cwd()).toBe(before);
    expect(parts).toEqual([]);
    process.stdout.write("ours");
    expect(parts).toEqual(["ours"]);
  } finally {
    process.stdout.write = writing;
  }
});

test("code that is not run is left out and said; code that is not trusted is an error", async () => {
  write("project/node_modules/kit/mark.js", "");
  install(
    "marking",
    MANIFEST,
    `import { writeFileSync } from "node:fs";
writeFileSync(${JSON.stringify(join(folder, "RAN"))}, "");
export const externs = { pull: ({ args: { a } }) => a(0) };`,
  );
  expect(await told("marking", { pluginCode: "not run" })).toEqual({
    text: "",
    leftOut: ["kit.pull"],
  });
  expect((await told("marking", { pluginCode: "not trusted" })).text).toContain("E0906");
  expect(existsSync(join(folder, "RAN"))).toBe(false);
  expect((await told("marking")).text).toBe("");
  expect(existsSync(join(folder, "RAN"))).toBe(true);
});

describe("a text that names no package is refused before anything is looked for", () => {
  test.each([
    "x/../../payload@1",
    "../payload@1",
    "..",
    "@scope/../kit@1",
    "@scope",
    "@/kit",
    "kit/lib@1",
    "kit\\\\lib",
    ".kit",
    "_kit",
    "node_modules",
    "kit@1@2/../x",
    "http://example.org/kit",
    "a".repeat(215),
    "",
  ])("%j", async (specifier) => {
    const { text } = await told(specifier);
    expect(text).toMatch(/E0909\] plugin_name|E0901\] no_file/);
    expect(text).toContain(" --> m.ham:2:5");
  });
});

test.each(["./marking", "./x/../marking", "./@scope/kit.ham"])(
  "%s is a file, although a package is called so",
  async (path) => {
    install("marking", MANIFEST, "export const externs = {};");
    const { text } = await told(path);
    expect(text).toContain("E0901] no_file: cannot read `./");
  },
);

describe("a package that cannot be used says why", () => {
  const { ham: _ham, ...noHam } = MANIFEST;
  const { version: _version, ...noVersion } = MANIFEST;
  test.each<[name: string, manifest: unknown, code?: string]>([
    ["not-json", "{ version: "],
    ["null-json", "null"],
    ["list-json", "[1, 2]"],
    ["no-version", noVersion],
    ["odd-version", { ...MANIFEST, version: 7 }],
    ["no-ham", noHam],
    ["number-ham", { ...MANIFEST, ham: 5 }],
    ["missing-ham", { ...MANIFEST, ham: "./other.ham" }],
    ["folder-ham", { ...MANIFEST, ham: "." }],
    ["outside-ham", { ...MANIFEST, ham: "../kit/index.ham" }],
    ["absolute-ham", { ...MANIFEST, ham: "/etc/hostname" }],
    ["no-entry", { ...MANIFEST, exports: { "./other": "./index.js" } }],
    ["outside-entry", { ...MANIFEST, exports: "./../kit/index.js" }],
    ["missing-entry", { ...MANIFEST, exports: "./lib.js" }],
    ["no-externs", MANIFEST, "export const other = 1;"],
    ["number-externs", MANIFEST, "export const externs = { pull: 3 };"],
    ["throws", MANIFEST, "throw new Error('no luck');"],
    ["throws-null", MANIFEST, "throw null;"],
    ["exits", MANIFEST, "process.exit(0);"],
    ["exits-later", MANIFEST, "export const externs = { pull: () => process.exit(0) };"],
    ["syntax", MANIFEST, "export const = ;"],
    ["returns-nothing", MANIFEST, "export const externs = { pull: () => undefined };"],
  ])("%s", async (name, manifest, code) => {
    install(name, manifest, code);
    const { text } = await told(`${name}@^1.2`);
    expect(text).toMatch(/^error\[E090[45]\]/);
    expect(text).toMatch(/--> m\.ham:[25]:/);
    expect(text).toMatchSnapshot();
  });

  test("as one that would be TypeScript, which Node does not run there", async () => {
    install("typed", { ...MANIFEST, exports: "./index.ts" });
    write("project/node_modules/typed/index.ts", "export const externs: object = {};");
    expect((await told("typed")).text).toContain(
      "its entry is TypeScript, which Node runs nowhere in node_modules; `exports` must name what a build wrote, such as ./dist/index.js",
    );
  });

  test("also when its file is a link out of the package, and not when the package is one", async () => {
    install("link-ham");
    rmSync(join(folder, "project/node_modules/link-ham/index.ham"));
    symlinkSync("../kit/index.ham", join(folder, "project/node_modules/link-ham/index.ham"));
    expect((await told("link-ham")).text).toContain("leads out of the package");
    symlinkSync("kit", join(folder, "project/node_modules/linked"));
    expect((await told("linked")).text).toBe("");
  });

  test("a range that is none", async () => {
    expect((await told("kit@banana")).text).toMatchInlineSnapshot(`
      "error[E0904] plugin_version: \`banana\` is no range of versions; \`^1.3.0\` fits what is installed
       --> m.ham:2:10
      2 | use "kit@banana" as kit
        |          ^^^^^^"
    `);
  });
});

test("the rest of a package with broken code is used all the same", async () => {
  install("half", MANIFEST, "throw new Error('no luck');");
  expect((await told("half", {}, "connect bias(v)")).text).toBe("");
});

test("code that waits for what never comes is an error, not the end of the process", () => {
  install("waits", MANIFEST, "await new Promise(() => {}); export const externs = {};");
  const path = write("project/waiting.ham", model("waits"));
  const script = `
import { loadModelFile } from "@hamlet/model/node";
try { await loadModelFile(${JSON.stringify(path)}); } catch (error) { console.log(error.message); }
`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: import.meta.dirname, encoding: "utf8" },
  );
  expect(stdout).toContain("it waits for something that never comes");
  expect(status).toBe(0);
});

test("files of a plugin start at its folder and stay there", async () => {
  const manifest = { version: "1.0.0", ham: "./index.ham" };
  install("parted", manifest);
  write("project/node_modules/parted/index.ham", 'ham 1\nuse "./lib/soft.ham" as lib\n');
  write("project/node_modules/parted/lib/soft.ham", 'ham 1\nuse "../index.ham" as back\n');
  expect((await told("parted", {}, "connect bias(v)")).text).toContain("uses itself");
  for (const [name, path] of [
    ["climbs", "../../m.ham"],
    ["roots", "/etc/hosts.ham"],
    ["neighbour", "../kit/index.ham"],
  ]) {
    install(name, manifest);
    write(`project/node_modules/${name}/index.ham`, `ham 1\nuse "${path}" as out\n`);
    expect((await told(name, {}, "connect bias(v)")).text).toContain("E0910");
  }
});

describe("a root", () => {
  const source = (path: string) => `ham 1
data b: [D] from "${path}"
dim D
neuron v: [D] as tanh
connect bias(v, b = b)
`;
  const read = (path: string, root: string) =>
    diskFiles(join(folder, "project/sub/m.ham"), { root: join(folder, root) }).read(path, "model");

  beforeAll(() => {
    write("project/sub/b.txt", "1");
    write("project/b.txt", "2");
    write("secret.txt", "3");
    write("project/sub/m.ham", source("b.txt"));
    symlinkSync("../../secret.txt", join(folder, "project/sub/link.txt"));
    symlinkSync("../..", join(folder, "project/sub/up"));
    symlinkSync("project", join(folder, "alias"));
  });

  test("lets through what lies in it, and nothing else, links included", async () => {
    expect(await read("b.txt", "project/sub")).toEqual(Uint8Array.of(49));
    expect(await read("../b.txt", "project")).toEqual(Uint8Array.of(50));
    expect(await read("../b.txt", "alias")).toEqual(Uint8Array.of(50));
    for (const path of [
      "../b.txt",
      "link.txt",
      "up/secret.txt",
      "/etc/hostname",
      "../../secret.txt",
      "../nothing.txt",
    ]) {
      const found = await read(path, "project/sub");
      expect(found, path).toMatchObject({ refused: { rule: "outside_root" } });
    }
  });

  test("does not hold for what the caller names", async () => {
    const files = diskFiles(join(folder, "project/sub/m.ham"), {
      root: join(folder, "project/sub"),
    });
    expect(await files.read(join(folder, "secret.txt"), "caller")).toEqual(Uint8Array.of(51));
  });

  test("hides packages above it, and those that are links out of it", async () => {
    expect((await told("kit", { root: join(folder, "project") })).text).toBe("");
    write("elsewhere/package.json", JSON.stringify(MANIFEST));
    write("elsewhere/index.ham", HAM);
    symlinkSync("../../elsewhere", join(folder, "project/node_modules/away"));
    expect((await told("away", { root: join(folder, "project") })).text).toContain("E0905");
    const files = diskFiles(join(folder, "project/sub/m.ham"), {
      root: join(folder, "project/sub"),
    });
    expect(await files.plugin!("kit@1")).toEqual({ found: "no plugin", installed: null });
  });
});

test("a pipe, a device, a folder and a socket are refused at once", async () => {
  const files = diskFiles(join(folder, "m.ham"));
  spawnSync("mkfifo", [join(folder, "pipe")]);
  for (const path of ["pipe", "/dev/zero", "."]) {
    expect(await files.read(path, "model")).toMatchObject({ refused: { rule: "not_a_file" } });
    await expect(readSource(join(folder, path))).rejects.toThrow("cannot read");
  }
});
