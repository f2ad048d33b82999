// The TypeScript in every README and on every page of the site has types that fit, runs where its package is,
// and gives what its comments say.

import { execFile } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { some } from "../samples.ts";

const ROOT = join(import.meta.dirname, "../..");
const SITE = "apps/docs/src/content/docs";
const withSnippets = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .sort()
    .filter((path) => readFileSync(join(ROOT, path), "utf8").includes("```ts"));
const PAGES = withSnippets(`${SITE}/**/*.{md,mdx}`);
const READMES = [...withSnippets("{.,packages/*,apps/*}/README.md"), ...PAGES];

/** What the reader of a README has at hand. */
interface Reader {
  /** A package that finds all that is imported; default: that of the README. */
  readonly from?: string;
  /** What comes before the snippets. */
  readonly has?: string;
  /** Numbers that would take minutes, and smaller ones. */
  readonly instead?: readonly (readonly [string, string])[];
}

const MODEL = `ham 1
dim D = 3, K = 4
const beta: real > 0 = 1
param xi: [K, D] ~ normal(0, 1)
given query: [D]
neuron v: [D] as identity
connect memory: lse(v, xi = xi, beta = beta)
recall settle {
  start v = query
  solver = euler(dt = 0.5)
  steps = 200
  stop when change < 1e-4
}
train {
  unroll = settle
  loss = mean[i] (v[i] - query[i])^2
  optimiser = adam(lr = 0.01)
  batch = 2
  epochs = 2
}
`;

/** Without a train block, which asks for examples. */
const RECALL = MODEL.slice(0, MODEL.indexOf("train"));

const READER: Readonly<Record<string, Reader>> = {
  "README.md": { from: "apps/cli", has: `process.chdir("../..");` },
  "packages/diffusion/README.md": {
    instead: [
      ["iterations: 50_000", "iterations: 20"],
      ["key: key(1), count: 500 }", "key: key(1), count: 5, steps: 20 }"],
    ],
  },
  "packages/dsl/README.md": { has: `const text = ${JSON.stringify(MODEL)};` },
  "packages/energy-transformer/README.md": {
    has: `import { key as keyOf, writeNpz } from "@hamlet/core";
      import { drawImageWeights } from "@hamlet/energy-transformer";
      const block = { width: 768, heads: 2, headWidth: 4, memories: 6, steps: 12 };
      const weights = drawImageWeights(
        { block, image: { height: 224, width: 224, channels: 3, patch: 16 } },
        keyOf(0),
      );
      const bytes = writeNpz(weights);`,
    instead: [
      ["inpaint(images", "inpaint(tf.zeros([1, 224, 224, 3])"],
      ["{ config, weights }", "{ config, weights: read }"],
      ["(config, weights)", "(config, read)"],
    ],
  },
  "packages/ham/README.md": { from: "packages/model" },
  "packages/model/README.md": {
    has: inFolder("packages/model/README.md"),
  },
  [`${SITE}/learn/diffusion.mdx`]: {
    from: "packages/diffusion",
    instead: [
      ["count: 500", "count: 5"],
      ["steps: 200", "steps: 20"],
    ],
  },
  [`${SITE}/learn/energy-transformer.mdx`]: {
    from: "packages/energy-transformer",
    has: `import { key as keyOf, writeSafetensors } from "@hamlet/core";
      import { drawImageWeights } from "@hamlet/energy-transformer";
      import * as tf from "@tensorflow/tfjs-core";
      const drawn = drawImageWeights(
        {
          block: { width: 8, heads: 2, headWidth: 4, memories: 6 },
          image: { height: 48, width: 48, channels: 1, patch: 4 },
          cls: false,
        },
        keyOf(0),
      );
      const bytes = writeSafetensors(drawn);
      await tf.ready();
      const [images, seen] = [tf.zeros([1, 48, 48, 1]), tf.zeros([1, 144])];`,
  },
  [`${SITE}/learn/how-it-runs.md`]: {
    from: "packages/model",
    has: `import { loadModel } from "@hamlet/model";
      import "@tensorflow/tfjs-backend-wasm";
      const model = await loadModel({ name: "m.ham", text: ${JSON.stringify(RECALL)} });
      const givens = { query: { shape: [3], data: [1, 0, 0] } };`,
    instead: [["model.recall({ engine", "model.recall({ givens, engine"]],
  },
  [`${SITE}/learn/hypergraphs.md`]: { from: "packages/model" },
  [`${SITE}/learn/linear-memories.mdx`]: {
    from: "packages/kohonen",
    has: `const rows = (shape: number[]) => {
        const data = Float64Array.from({ length: shape[0] * shape[1] }, (_, k) => Math.sin(k * k));
        return { shape, dtype: "float64", data };
      };
      const [keys, values, queries] = [rows([4, 6]), rows([4, 3]), rows([2, 6])];`,
  },
  [`${SITE}/learn/training.mdx`]: {
    from: "apps/cli",
    has: `process.chdir("../..");
      const draw = (...shown: unknown[]) => void shown;`,
  },
  [`${SITE}/reference/hypersynapses.md`]: { from: "packages/ham" },
  [`${SITE}/start/quickstart.md`]: { from: "apps/cli", has: `process.chdir("../..");` },
  [`${SITE}/use/node.md`]: { from: "packages/model", has: inFolder(`${SITE}/use/node.md`) },
  "packages/testing/README.md": {
    from: "packages/model",
    has: `import { loadModel } from "@hamlet/model";
      import { lagrTanh as myLagrangian } from "@hamlet/lagrangians";
      import "@tensorflow/tfjs-backend-cpu";
      import * as tf from "@tensorflow/tfjs-core";
      const points = [Float64Array.from({ length: 10 }, (_, k) => Math.sin(k))];
      const directions = [Float64Array.from({ length: 10 }, (_, k) => Math.cos(k))];
      const model = await loadModel({ name: "m.ham", text: ${JSON.stringify(RECALL)} });
      const givens = { query: { shape: [3], data: [1, 0, 0] } };
      const [myOperation, x] = [tf.square, 3];`,
  },
};

/** A program in a folder of its own, with the files that its page gives. */
function inFolder(path: string): string {
  return `import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
    import { tmpdir } from "node:os";
    const folder = mkdtempSync(tmpdir() + "/readme-");
    process.on("exit", () => rmSync(folder, { recursive: true }));
    process.chdir(folder);
    for (const [name, text] of ${JSON.stringify(filesOf(path))}) writeFileSync(name, text);`;
}

/** The files that a README or a page gives: what stands in a block after its name, or in one with a title. */
function filesOf(path: string): [name: string, text: string][] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const blocks = text.matchAll(
    /(?:`([\w.-]+)`:\n\n)?```(?:ham|csv)(?: title="([\w.-]+)")?\n([\s\S]*?)```/g,
  );
  return [...blocks].flatMap(([, before, title = before, inside]) =>
    title === undefined ? [] : [[title, inside] as [string, string]],
  );
}

/** An expression with a comment that says its value. */
const SHOWN = /^(?!(?:import|const|let|using|for|if)\b)([\w(].*);\s*\/\/\s*(.+)$/gm;

interface Shown {
  readonly comment: string;
  readonly value: unknown;
}

/** All snippets of a README as one program, which prints what its comments are about. */
function programOf(text: string, { has = "", instead = [] }: Reader): string {
  const snippets = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code).join("\n");
  const shorter = instead.reduce((code, [long, short]) => code.replaceAll(long, short), snippets);
  const code = shorter.replaceAll(SHOWN, (_, expression: string, comment: string) => {
    const value = expression.replace(/^console\.log(?=\()/, "");
    return `shown.push({ comment: ${JSON.stringify(comment)}, value: plain(${value}) });`;
  });
  return `
    const shown: { comment: string; value: unknown }[] = [];
    const plain = (value: any) =>
      Array.isArray(value?.shape) ? value.shape : ArrayBuffer.isView(value) ? Array.from(value as Float64Array).slice(0, 20) : value;
    ${has}
    ${code}
    process.stdout.write("\\n" + JSON.stringify(shown));
  `;
}

/** Where the program of a README is written: in a package that finds what it imports. */
function placeOf(path: string): string {
  const { from = dirname(path) } = READER[path] ?? {};
  return join(from, "out/readmes", `${path.replaceAll("/", "-")}.ts`);
}

const run = promisify(execFile);

/** What a comment promises: text, numbers, `near` numbers, or some fields; null for plain words. */
function expectShown({ comment, value }: Shown): boolean {
  const text = /^"([^"]*)"/.exec(comment);
  if (text !== null) {
    expect(value, comment).toBe(text[1]);
    return true;
  }
  const fields = [...comment.matchAll(/(\w+): ("[^"]*"|[\d.]+…?|true|false|null)/g)];
  if (comment.startsWith("{")) {
    for (const [, name, said] of fields) {
      const found = JSON.stringify((value as Record<string, unknown>)[name]);
      if (said.endsWith("…")) expect(found, comment).toContain(said.slice(0, -1));
      else expect(found, comment).toBe(said);
    }
    return fields.length > 0;
  }
  const whole = /^\["[^\]]*\]|^\[\]/.exec(comment);
  if (whole !== null) {
    expect(value, comment).toEqual(JSON.parse(whole[0]));
    return true;
  }
  const list = /^(near )?\[?((?:-?[\d.]+|[A-Z])(?:, (?:-?[\d.]+|[A-Z]))*)\b/.exec(comment);
  if (list === null) return false;
  const said = list[2].split(", ");
  const found = [value as number | number[]].flat();
  expect(found, comment).toHaveLength(said.length);
  const tolerance = list[1] === undefined ? 1e-9 : 0.1;
  said.forEach((one, k) => {
    // A capital letter is a size that may be any.
    const off = /[A-Z]/.test(one) ? 0 : Math.abs(found[k] - Number(one));
    expect(off, comment).toBeLessThan(tolerance);
  });
  return true;
}

let checked = 0;

beforeAll(() => {
  for (const path of READMES) {
    const place = join(ROOT, placeOf(path));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, programOf(readFileSync(join(ROOT, path), "utf8"), READER[path] ?? {}));
  }
});
afterAll(() => {
  for (const path of READMES) {
    rmSync(dirname(join(ROOT, placeOf(path))), { recursive: true, force: true });
  }
});

test("the snippets of all READMEs have types that fit, strictly", async () => {
  const project = join(ROOT, "tools/out/readmes/tsconfig.json");
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "esnext",
    module: "nodenext",
    lib: ["esnext", "dom"],
    types: ["node"],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  };
  const files = READMES.map((path) => join(ROOT, placeOf(path)));
  mkdirSync(dirname(project), { recursive: true });
  writeFileSync(project, JSON.stringify({ compilerOptions, files }));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const found = await run(process.execPath, [tsc, "--project", project], { cwd: ROOT }).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  rmSync(dirname(project), { recursive: true });
  expect(found).toMatchObject({ stdout: "", stderr: "" });
});

// Of the pages half, others in every run; all of them have types.
const RUN = READMES.filter((path) => !PAGES.includes(path)).concat(some(PAGES, PAGES.length / 2));
test.each(RUN)("the snippets of %s run and give what they say", async (path) => {
  const place = placeOf(path);
  const cwd = join(ROOT, dirname(place), "../..");
  const { stdout } = await run(process.execPath, [join(ROOT, place)], { cwd });
  const shown = JSON.parse(stdout.slice(stdout.lastIndexOf("\n"))) as Shown[];
  checked += shown.filter(expectShown).length;
});

test("most of what the comments say is checked", () => {
  expect(checked).toBeGreaterThan(15);
});
