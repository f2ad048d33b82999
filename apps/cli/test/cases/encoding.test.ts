// Files in other encodings: left alone, and told what they are.

import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, makeBench } from "../ham.ts";

const CASES = fileURLToPath(new URL("../../../../fixtures/cases/", import.meta.url));
const TEXT = "ham 1\n// dösen\ndim   N = 3\nneuron v: [N] as tanh\nenergy e = -sum[i] v[i]\n";

let bench: Bench;
beforeAll(() => {
  bench = makeBench();
  for (const folder of ["22-names-and-letters", "44-not-utf8"]) {
    cpSync(join(CASES, folder), join(bench.folder, folder), { recursive: true });
  }
  const wide = Buffer.from(TEXT, "utf16le");
  bench.write("utf16le.ham", wide);
  bench.write("utf16be.ham", Buffer.from(wide).swap16());
  bench.write("bytes.ham", Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 1, 0, 0, 0, 0, 7, 27, 0));
  bench.write("uses.ham", 'ham 1\nuse "./44-not-utf8/latin1.ham" as latin\n');
});
afterAll(() => bench[Symbol.dispose]());

const FOREIGN = [
  ["44-not-utf8/latin1.ham", "`ö`, if this is Latin-1", "the byte 0xF6", "ham:3:6"],
  ["22-names-and-letters/latin1.ham", "`é`, if this is Latin-1", "the byte 0xE9", "ham:4:21"],
  ["22-names-and-letters/utf16.ham", "UTF-16, little endian", "iconv -f UTF-16LE", "ham:1:1"],
  ["utf16le.ham", "UTF-16, little endian", "iconv -f UTF-16LE", "ham:1:1"],
  ["utf16be.ham", "UTF-16, big endian", "iconv -f UTF-16BE", "ham:1:1"],
  ["bytes.ham", "this file is not text", "a byte 0x00", "ham:1:6"],
] as const;

describe.each(FOREIGN)("%s", (path, ...told) => {
  const COMMANDS = [
    ["check"],
    ["run"],
    ["train"],
    ["test"],
    ["explain"],
    ["fixed-points"],
    ["fmt"],
    ["fmt", "--check"],
    ["graph"],
    ["landscape"],
    ["ir"],
    ["export", "--to", "jax"],
    ["doc"],
  ];

  test.each(COMMANDS.map((args) => [args.join(" "), args] as const))(
    "ham %s names the encoding and the place, and leaves the file as it is",
    async (_, args) => {
      const before = readFileSync(join(bench.folder, path));
      const { code, stdout, stderr } = await bench.inProcess([...args, path]);
      expect(code).toBe(3);
      const out = `${stdout}\n${stderr}`;
      expect(out).toContain("error[E0916] not_utf8");
      for (const part of told) expect(out).toContain(part);
      expect(out.match(/error\[/g)).toHaveLength(1);
      // Nothing that moves a cursor or rings a bell.
      expect(out).not.toMatch(/[^\P{Cc}\n]/u);
      expect(readFileSync(join(bench.folder, path))).toEqual(before);
    },
  );
});

test("the message in full", async () => {
  const { stdout } = await bench.inProcess(["check", "44-not-utf8/latin1.ham"]);
  expect(stdout).toMatchInlineSnapshot(`
    "error[E0916] not_utf8: this file is not UTF-8 text: the byte 0xF6 is none of it
     --> 44-not-utf8/latin1.ham:3:6
    3 | // Größe der Schicht: café
      |      ^ \`ö\`, if this is Latin-1 (Windows-1252)
      = help: save it as UTF-8 in your editor, or convert it: \`iconv -f WINDOWS-1252 -t UTF-8 44-not-utf8/latin1.ham > utf8.ham\`

    44-not-utf8/latin1.ham: 1 error, no warnings"
  `);
});

test("fmt of several files formats the others", async () => {
  bench.write("wide.ham", TEXT);
  const { code, stdout, stderr } = await bench.inProcess(["fmt", "utf16le.ham", "wide.ham"]);
  expect([code, stdout]).toEqual([3, "wide.ham: formatted"]);
  expect(stderr).toContain("utf16le.ham: not formatted, it is not UTF-8");
});

test("a file behind `use` is named with its encoding as well", async () => {
  const { code, stdout } = await bench.inProcess(["check", "uses.ham"]);
  expect(code).toBe(3);
  expect(stdout).toContain("error[E0916] not_utf8");
  expect(stdout).toContain("44-not-utf8/latin1.ham:3:6");
});

test.each([
  ["bom.ham", /^\uFEFFham 1\n/],
  ["crlf.ham", /^ham 1\r\n/],
])("%s is right, and keeps its marks and line ends under fmt", async (name, begins) => {
  const path = `22-names-and-letters/${name}`;
  const checked = await bench.inProcess(["check", path]);
  expect(checked.stdout).not.toContain("E0916");
  expect((await bench.inProcess(["fmt", path])).code).toBe(0);
  const text = readFileSync(join(bench.folder, path), "utf8");
  expect(text).toMatch(begins);
  expect(text.includes("\r\n")).toBe(name === "crlf.ham");
  expect(text.replaceAll("\r\n", "\n")).not.toContain("\r");
  expect(await bench.inProcess(["fmt", "--check", path])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

test("a replacement character that somebody wrote is a letter like others", async () => {
  bench.write("replaced.ham", TEXT.replace("ö", "\uFFFD"));
  expect((await bench.inProcess(["check", "replaced.ham"])).code).toBe(0);
});
