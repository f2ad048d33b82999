// Commands in the middle of files that mean no good: outputs that are inputs, links, devices or
// read-only; packages that are broken or run code; archives and headers that lie.
//
// Each situation is laid out in a folder of its own, one command runs in this process, and what it
// did is held to a few laws. Numbers that are well written must be read, in every form as in .npy.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { main } from "../apps/cli/src/command-line.ts";
import { examples } from "../apps/cli/src/files/examples.ts";
import { main as create } from "../packages/create-hamlet/src/command-line.ts";
import { writeNpy, writeNpz, writeSafetensors } from "../packages/core/src/index.ts";

/** What one run is about. */
export type Situation =
  | { readonly about: "output"; readonly command: keyof typeof WRITERS; readonly to: string }
  | {
      readonly about: "plugin";
      readonly command: string;
      readonly trust: boolean;
      readonly specifier: string;
      readonly manifest: string;
      readonly ham: string;
      readonly code: string;
    }
  | {
      readonly about: "data";
      readonly command: string;
      readonly file: string;
      readonly bytes: Uint8Array | null;
      readonly set: readonly string[];
    }
  | {
      readonly about: "reading";
      readonly command: keyof typeof READERS;
      readonly form: string;
      readonly rows: readonly (readonly number[])[];
    };

const MODEL = `ham 1
dim K, D
data xi: [K, D] from "xi.npy"
given q: [D] from "q.npy"
neuron v: [D] as tanh
energy e = -1/2 * sum[m] (sum[i] xi[m, i] * v[i])^2
recall settle {
  start v = q
  solver = euler(dt = 0.1)
  steps = 2
}
`;
const XI = { shape: [2, 3], dtype: "float32", data: Float32Array.of(1, -1, 1, -1, 1, 1) };
const Q = { shape: [1, 3], dtype: "float32", data: Float32Array.of(1, -1, 0.5) };
const EXTERN = "ham 1\nextern synapse pull(a: [A]) { const gain = 1.0 }\n";
const MARK = 'import { writeFileSync } from "node:fs";\nwriteFileSync("RAN", "");\n';

/** Commands that write, as arguments in front of the output. */
const WRITERS = {
  store: ["store", "xi.npy", "--out"],
  run: ["run", "m.ham", "--backend", "cpu", "--out"],
  doc: ["doc", "m.ham", "--out"],
  graph: ["graph", "m.ham", "--out"],
  ir: ["ir", "m.ham", "--out"],
  jax: ["export", "m.ham", "--to", "jax", "--out"],
  fmt: ["fmt"],
  new: ["new"],
  model: ["new", "m", "--to"],
  plugin: ["new", "kit", "--plugin", "--to"],
  example: ["examples", "03a-dense-lse-dot", "--to"],
  create: ["create-hamlet"],
  page: ["create-hamlet", "--page"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What they read besides. */
const INPUTS: Readonly<Record<keyof typeof WRITERS, readonly string[]>> = {
  store: ["xi.npy"],
  run: ["m.ham", "xi.npy", "q.npy"],
  doc: ["m.ham"],
  graph: ["m.ham"],
  ir: ["m.ham"],
  jax: ["m.ham"],
  fmt: [],
  new: [],
  model: [],
  plugin: [],
  example: [],
  create: [],
  page: [],
};

/** Of those that are told a folder, what they make in it: a file, or a folder with all that is in it. */
const MADE: Readonly<Partial<Record<keyof typeof WRITERS, readonly string[]>>> = {
  model: ["m.ham"],
  plugin: ["kit"],
  example: examples().find(({ name }) => name === WRITERS.example[1])!.files,
};

const OWN_ENDINGS: Readonly<Record<keyof typeof WRITERS, string>> = {
  store: ".npy",
  run: ".npz",
  doc: ".md",
  graph: ".svg",
  ir: ".json",
  jax: ".py",
  fmt: ".ham",
  new: "",
  model: "",
  plugin: "",
  example: "",
  create: "",
  page: "",
};

const LOCKED = [".npy", ".npz", ".svg", ".md", ".json", ".py", ".ham"];

const STEMS = [
  "old",
  "xi",
  "q",
  "m",
  "locked",
  "link",
  "dangling",
  "away",
  "loop",
  "pipe",
  "inside",
  "new",
  "deep/er/new",
  "inside/new",
  "locked-folder/new",
  "m.ham/new",
  "xi.npy/",
  "m.ham/.",
  "locked.npy//",
  "aside/../xi",
  "aside/../new",
  "aside/..",
  "aside/",
  "gone/../m",
  "gone/../new",
  "gone/.",
  "halfway",
  "../outside/secret",
  "../outside/new",
  "/dev/null",
  "/dev/full",
  "/dev/stdin",
  "",
  ".",
  "..",
  "-",
  "a b",
  "ü",
  "x".repeat(300),
  "a\0b",
];
const ENDINGS = ["", ".npy", ".npz", ".svg", ".md", ".json", ".py", ".ham", ".NPY", ".txt"];

const output = fc
  .tuple(
    fc.constantFrom(...(Object.keys(WRITERS) as (keyof typeof WRITERS)[])),
    fc.constantFrom(...STEMS),
    fc.constantFrom("its own", "its own", ...ENDINGS),
  )
  .map(([command, stem, ending]) => ({
    about: "output" as const,
    command,
    to: `${stem}${ending === "its own" ? OWN_ENDINGS[command] : ending}`,
  }));

const letters = (text: string) => fc.constantFrom(...Array.from(text));
const specifier = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("kit", "kit@^1.0", "@s/kit@1") },
  fc.constantFrom(
    "kit",
    "kit@^1.0",
    "@s/kit@1",
    "kit@2",
    "x/../../kit@1",
    "../kit",
    "..",
    "@s",
    "@/x",
    "kit/..@1",
    "/etc@1",
    "node_modules",
    "",
  ),
  fc.string({ unit: letters("kit@/.^1-_~\\s%"), maxLength: 12 }),
);
const field = fc.constantFrom<unknown>(
  "./index.ham",
  "index.ham",
  "../../m.ham",
  "/etc/hostname",
  "./gone.ham",
  ".",
  "",
  5,
  null,
  [],
  {},
  true,
  "./index.js",
  { ".": "./index.js" },
  { import: "../kit/index.js" },
  { "./x": "./index.js" },
  ["./index.js"],
);
const manifest = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constant(
      JSON.stringify({
        version: "1.0.0",
        type: "module",
        ham: "./index.ham",
        exports: "./index.js",
      }),
    ),
  },
  fc
    .record(
      {
        version: fc.constantFrom<unknown>("1.0.0", "1", "x", 1, null),
        type: fc.constant("module"),
        ham: field,
        exports: field,
        main: field,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 2 }),
  fc.string({ maxLength: 20 }),
);
const code = fc.constantFrom(
  "export const externs = { pull: ({ args: { a } }) => a(0) };",
  "export const externs = { pull: () => { throw new Error('no\\nluck'); } };",
  "export const externs = { pull: () => process.exit(0) };",
  "export const externs = { pull: () => ({ kind: 'lit' }) };",
  "export const externs = { pull: () => undefined };",
  "export const externs = { pull: 3 };",
  "export const externs = null;",
  "process.exit(0);",
  "throw new Error('no luck');",
  "throw null;",
  "export const = ;",
  "",
);
const plugin = fc.record({
  about: fc.constant("plugin" as const),
  command: fc.constantFrom("check", "explain", "doc", "graph", "ir", "fmt"),
  trust: fc.boolean(),
  specifier,
  manifest,
  ham: fc.oneof(
    { weight: 3, arbitrary: fc.constant(EXTERN) },
    fc.constantFrom("", "ham 1\n", 'ham 1\nuse "../../m.ham" as m\n', 'ham 1\nuse "kit" as k\n'),
    fc.string({ maxLength: 20 }),
  ),
  code,
});

/** A good file with some bytes changed, cut, or repeated. */
const damaged = fc
  .tuple(
    fc.constantFrom(
      writeNpy(XI),
      writeNpz(new Map([["xi", XI]])),
      writeNpz(
        new Map([
          ["xi", { shape: [2 ** 10, 2 ** 10], dtype: "float32", data: new Float32Array(2 ** 20) }],
        ]),
      ),
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([whole, changes, part]) => {
    const bytes = whole.slice(0, part > 0.7 ? undefined : Math.ceil(whole.length * (part / 0.7)));
    for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });
/** An `.npy` header that says anything at all. */
const lying = fc
  .tuple(
    fc.array(fc.oneof(fc.nat({ max: 4 }), fc.nat(), fc.maxSafeNat()), { maxLength: 4 }),
    fc.constantFrom("<f4", ">f8", "|b1", "<i8", "|O", "<c8", "<f2"),
    fc.nat({ max: 40 }),
  )
  .map(([shape, type, payload]) => {
    const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join(" ")}), }\n`;
    const head = Uint8Array.from(dict, (letter) => letter.charCodeAt(0));
    return Uint8Array.of(
      0x93,
      0x4e,
      0x55,
      0x4d,
      0x50,
      0x59,
      1,
      0,
      head.length & 255,
      head.length >> 8,
      ...head,
      ...new Uint8Array(payload),
    );
  });
const text = fc
  .oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: letters('#.01 ,;\t\n[]{}:"-+eE#'), maxLength: 80 }),
    fc.json({ maxDepth: 4 }),
  )
  .map((content) => new TextEncoder().encode(content));
const size = fc.oneof(
  fc.nat({ max: 5 }),
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom("1e9", "1e300", "-1", "0.5", "NaN", ""),
);
const data = fc.oneof(
  fc.record({
    about: fc.constant("data" as const),
    command: fc.constantFrom("run", "store", "capacity"),
    file: fc.constantFrom("bad.npy", "bad.csv", "bad.json", "bad.npy#xi", "bad.txt#"),
    bytes: fc.oneof(damaged, lying, text, fc.uint8Array({ maxLength: 60 })),
    set: fc.array(
      fc.tuple(fc.constantFrom("K", "D", "x"), size).map(([name, n]) => `${name}=${n}`),
      { maxLength: 1 },
    ),
  }),
  fc.record({
    about: fc.constant("data" as const),
    command: fc.constantFrom("run", "store", "capacity", "check", "fmt", "explain"),
    file: fc.constantFrom(
      "pipe",
      "inside",
      "loop.npy",
      "dangling.npy",
      "/dev/zero",
      "/dev/random",
      "/dev/stdin",
      "/proc/self/mem",
      "gone.npy",
      "a\0b",
      "",
    ),
    bytes: fc.constant(null),
    set: fc.constant([]),
  }),
);

/** Commands that read numbers, as arguments before and after the file, and what they write. */
const READERS = {
  run: [["run", "m.ham", "--backend", "cpu"], "--data=xi=", ["--out", "new.npz"]],
  energy: [["energy", "m.ham", "--backend", "cpu"], "--data=xi=", []],
  store: [["store"], "", ["--out", "new.npy"]],
  capacity: [["capacity"], "", ["--counts", "1", "--trials", "1", "--out", "new.svg"]],
} as const satisfies Readonly<
  Record<string, readonly [readonly string[], string, readonly string[]]>
>;

type Rows = readonly (readonly number[])[];
const lines = (rows: Rows, sign: string, end = "\n") =>
  rows.map((row) => row.join(sign) + end).join("");
const array = (rows: Rows, dtype: string) => {
  const shape = [rows.length, rows[0].length];
  const numbers = rows.flat();
  const kinds = {
    float32: Float32Array,
    float64: Float64Array,
    int8: Int8Array,
    int16: Int16Array,
  };
  return { shape, dtype, data: kinds[dtype as keyof typeof kinds].from(numbers) };
};

/** Ways to write rows of numbers, by the argument that names the file. */
const FORMS: Readonly<Record<string, (rows: Rows) => Uint8Array | string>> = {
  "n.npy": (rows) => writeNpy(array(rows, "float64")),
  "n8.npy": (rows) => writeNpy(array(rows, "int8")),
  "n.npz": (rows) => writeNpz(new Map([["only", array(rows, "int16")]])),
  "two.npz#b": (rows) =>
    writeNpz(
      new Map(
        [
          ["a", XI],
          ["b", array(rows, "float32")],
        ].map(([k, v]) => [k, v] as never),
      ),
    ),
  "n.safetensors": (rows) => writeSafetensors(new Map([["w", array(rows, "float64")]])),
  "n.csv": (rows) => lines(rows, ","),
  "crlf.csv": (rows) => lines(rows, ", ", "\r\n"),
  "mac.csv": (rows) => lines(rows, ",", "\r"),
  "mark.csv": (rows) => `\uFEFF${lines(rows, ",")}`,
  "named.csv": (rows) => `a,"b ""c""",d\n${lines(rows, ",")}`,
  "marked-names.csv": (rows) => `\uFEFFa,b,c\r\n${lines(rows, ",", "\r\n")}`,
  "quoted.csv": (rows) => rows.map((row) => `"${row.join('","')}"\n`).join(""),
  "semicolons.csv": (rows) => lines(rows, ";"),
  "comment.csv": (rows) => `# rows, of units\n\n${lines(rows, ",").trimEnd()}`,
  "n.tsv": (rows) => lines(rows, "\t"),
  "n.txt": (rows) => lines(rows, "  "),
  "savetxt.txt": (rows) =>
    lines(
      rows.map((row) => row.map((x) => x.toExponential(18) as never)),
      " ",
    ),
  "n.json": (rows) => JSON.stringify(rows),
  "lines.json": (rows) => `\uFEFF\n${JSON.stringify(rows, null, 2)}\r\n`,
  "two.json#b": (rows) => JSON.stringify({ a: [1], b: rows, note: "no list" }),
};
const reading = fc.record({
  about: fc.constant("reading" as const),
  command: fc.constantFrom(...(Object.keys(READERS) as (keyof typeof READERS)[])),
  form: fc.constantFrom(...Object.keys(FORMS)),
  rows: fc.array(fc.array(fc.constantFrom(-1, 1), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  }),
});

/** Any situation. */
export const situation: fc.Arbitrary<Situation> = fc.oneof(output, plugin, data, reading);

/** The arguments of the command of a situation. */
function argumentsOf(what: Situation): string[] {
  if (what.about === "output") return [...WRITERS[what.command], what.to];
  if (what.about === "plugin") {
    const reads = what.trust && what.command !== "fmt" ? ["--trust-plugins"] : [];
    return [what.command, "p.ham", ...(what.command === "fmt" ? ["--check"] : reads)];
  }
  if (what.about === "reading") {
    const [front, option, back] = READERS[what.command];
    return [...front, `${option}${what.form}`, ...back];
  }
  const { command, file, set } = what;
  const sets = set.flatMap((text) => ["--set", text]);
  if (command === "run") return ["run", "m.ham", "--backend", "cpu", `--data=xi=${file}`, ...sets];
  if (command === "store") return ["store", file, "--out", "new.npy"];
  if (command === "capacity")
    return ["capacity", file, "--counts", "1", "--trials", "1", "--out", "new.svg"];
  return [command, file];
}

/** Lays out the folder; the command runs in `ground/here`. */
function layOut(what: Situation): string {
  const ground = mkdtempSync(join(tmpdir(), "ham-hostile-"));
  const here = join(ground, "here");
  for (const folder of ["here/inside", "here/locked-folder", "outside"]) {
    mkdirSync(join(ground, folder), { recursive: true });
  }
  const write = (name: string, content: string | Uint8Array) => {
    const full = join(here, name);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  };
  write("m.ham", MODEL);
  write("halfway/data", "meant to stay");
  symlinkSync("nowhere", join(here, "halfway/kit"));
  write("xi.npy", writeNpy(XI));
  write("q.npy", writeNpy(Q));
  for (const ending of ENDINGS.slice(1, 7)) write(`old${ending}`, "an older result");
  for (const ending of LOCKED) chmodSync(write(`locked${ending}`, "meant to stay"), 0o444);
  writeFileSync(join(ground, "outside/secret.npy"), "a secret");
  for (const [name, to] of [
    ["link.npy", "xi.npy"],
    ["dangling.npy", "nowhere.npy"],
    ["away.npy", "../outside/secret.npy"],
    ["loop.npy", "loop.npy"],
  ]) {
    symlinkSync(to, join(here, name));
    for (const ending of Object.values(OWN_ENDINGS)) {
      const [own, aim] = [name, to].map((text) => text.replace(".npy", ending));
      if (ending !== ".npy" && ending !== "") symlinkSync(aim, join(here, own));
    }
  }
  symlinkSync("../outside", join(here, "aside"));
  execFileSync("mkfifo", [join(here, "pipe")]);
  if (what.about === "plugin") {
    write(
      "p.ham",
      `ham 1\nuse ${JSON.stringify(what.specifier)} as kit\ndim D = 3\nneuron v: [D] as tanh\nconnect pull: kit.pull(v)\n`,
    );
    for (const name of ["node_modules/kit", "node_modules/@s/kit", "kit"]) {
      write(`${name}/package.json`, what.manifest);
      write(`${name}/index.ham`, what.ham);
      write(`${name}/index.js`, MARK + what.code);
    }
  } else if (what.about === "reading") {
    write(what.form.replace(/#.*/, ""), FORMS[what.form](what.rows));
    write("plain.npy", writeNpy(array(what.rows, "float32")));
  } else if (what.about === "data" && what.bytes !== null) {
    write(what.file.replace(/#.*/, ""), what.bytes);
  }
  return ground;
}

/** Every path under a folder with what is there: a link's aim, a file's mode and content. */
function everything(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string) => {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) found.set(path, `link ${readlinkSync(path)}`);
    else if (stats.isDirectory()) {
      found.set(path, "folder");
      for (const name of readdirSync(path)) visit(join(path, name));
    } else if (stats.isFile()) {
      found.set(path, `${stats.mode.toString(8)} ${readFileSync(path).toString("latin1")}`);
    } else found.set(path, "special");
  };
  visit(folder);
  return found;
}

/** The file that writing to a path means: links are followed. */
function aimOf(path: string): string {
  try {
    // The other one takes .. away before it follows links.
    return realpathSync.native(path);
  } catch {
    try {
      const link = readlinkSync(path);
      const aim = resolve(dirname(path), link);
      return aim === path ? path : aimOf(aim);
    } catch {
      return path === dirname(path) ? path : join(aimOf(dirname(path)), basename(path));
    }
  }
}

/** What a command said and its exit code. */
async function runHere(
  folder: string,
  args: readonly string[],
): Promise<{ code: number; said: string }> {
  const before = process.cwd();
  const input = Object.getOwnPropertyDescriptor(process, "stdin")!;
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write.bind(stream));
  let said = "";
  for (const stream of streams) {
    stream.write = (part: string | Uint8Array) => {
      said += typeof part === "string" ? part : new TextDecoder().decode(part);
      return true;
    };
  }
  // Who reads what is typed finds nothing there, and waits for nobody.
  Object.defineProperty(process, "stdin", { ...input, get: () => Readable.from([]) });
  process.chdir(folder);
  try {
    const [program, ...rest] = args;
    const code = program === "create-hamlet" ? await create(rest) : await main(args);
    return { code: code ?? 0, said };
  } finally {
    process.chdir(before);
    Object.defineProperty(process, "stdin", input);
    streams.forEach((stream, i) => (stream.write = writes[i]));
  }
}

const CODES = [0, 1, 2, 3];

/** Runs the command of a situation and throws when it breaks a law; returns its exit code. */
export async function checkSituation(what: Situation): Promise<number> {
  for (let again = true; ; again = false) {
    const ground = layOut(what);
    try {
      return await checkLaws(what, ground);
    } catch (error) {
      // Whoever tidies up temporary files takes the folder away in the middle, which says nothing
      // about the command. One that does it does it again.
      if (!again || !(isMissing(error) || !existsSync(ground))) throw error;
    } finally {
      rmSync(ground, { recursive: true, force: true });
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function checkLaws(what: Situation, ground: string): Promise<number> {
  const here = join(ground, "here");
  const args = argumentsOf(what);
  const before = everything(ground);
  const named =
    what.about === "output"
      ? namedBy(what, here)
      : what.about === "data" || what.about === "reading"
        ? [".npy", ".npz", ".svg"].map((ending) => join(here, `new${ending}`))
        : [join(here, "out/p.svg")];
  const read = what.about === "output" ? INPUTS[what.command] : [];
  const kept = [...read, ...LOCKED.map((ending) => `locked${ending}`)].map((name) =>
    join(here, name),
  );
  const { code, said } = await runHere(here, args);
  const after = everything(ground);
  if (/bug in (ham|@hamlet)|\n\s+at .*\.[jt]s:\d/.test(said))
    broken("a mistake of its own", { args, code, said });
  if (!CODES.includes(code)) broken(`the exit code ${code}`, { args, code, said });
  const ran = existsSync(join(here, "RAN"));
  const mayRun = what.about === "plugin" && what.trust;
  if (ran && !mayRun) broken("foreign code that ran", { args, code, said });
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(path) === after.get(path) || (mayRun && path === join(here, "RAN"))) continue;
    const madeFolder =
      !before.has(path) &&
      after.get(path) === "folder" &&
      named.some((name) => name.startsWith(`${path}/`));
    const isNew = named.some((name) => !before.has(name) && path.startsWith(`${name}/`));
    if (madeFolder || (code === 0 && (isNew || mayChange(path, named, kept)))) continue;
    broken(`a change of ${path} (${named.join(", ")} was named)`, { args, code, said });
  }
  if (what.about === "reading") await checkSame(what, { here, args, code, said });
  return code;
}

/** Numbers in another form say what they say as a plain array. */
async function checkSame(
  { form }: Extract<Situation, { about: "reading" }>,
  { here, args, code, said }: { here: string; args: readonly string[]; code: number; said: string },
): Promise<void> {
  const wrote = () =>
    readdirSync(here)
      .filter((name) => name.startsWith("new."))
      .map((name) => readFileSync(join(here, name)).toString("latin1"));
  const first = wrote();
  const plain = await runHere(
    here,
    args.map((arg) => arg.replace(form, "plain.npy")),
  );
  if (code !== 0) broken("numbers that were not read", { args, code, said });
  const told = (parts: readonly string[], name: string) =>
    parts.map((part) => part.replaceAll(name, "FILE").replaceAll(/ in [\d.]+ s\b/g, ""));
  const same = told([said, ...first], form);
  const other = told([plain.said, ...wrote()], "plain.npy");
  if (plain.code !== 0 || same.some((part, i) => part !== other[i]))
    broken(`not what it says of an array, ${plain.said}`, { args, code, said });
}

function namedBy({ command, to }: Extract<Situation, { about: "output" }>, here: string): string[] {
  if (to.includes("\0")) return [];
  const path = command === "new" ? `${to.replace(/\.ham$/, "")}.ham` : to;
  // As the system reads it: behind a link, .. is another folder.
  const place = isAbsolute(path) ? path : `${here}/${path}`;
  return MADE[command]?.map((name) => aimOf(`${place}/${name}`)) ?? [aimOf(place)];
}

/** What is named as an output may be replaced, unless it is an input or meant to stay. */
function mayChange(path: string, named: readonly string[], kept: readonly string[]): boolean {
  return named.includes(path) && !kept.includes(path);
}

function broken(
  what: string,
  { args, code, said }: { args: readonly string[]; code: number; said: string },
): never {
  throw new Error(`${what}, of ham ${JSON.stringify(args)} (exit code ${code}):\n${said}`);
}
