// Models from where they lie: a disk, or a server.

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HamError } from "@hamlet/graph";
import type { Model } from "@hamlet/model";
import { loadModelFile } from "@hamlet/model/node";
import { fetchModel, webFiles } from "@hamlet/model/web";
import { useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const MODEL = "03b-dense-lse-euclid.ham";

let server: Server;
let home: string;

beforeAll(async () => {
  await useBackend("wasm");
  server = createServer((request, response) => {
    readFile(join(EXAMPLES, request.url ?? "")).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => new Promise((closed) => server.close(closed)));

/** Where the first recall of a model ends. */
async function endOf(model: Model): Promise<number[]> {
  using result = await model.recall();
  const [v] = [...result.activations.values()];
  return [...(await v.data())];
}

async function errorOf(loading: Promise<Model>): Promise<HamError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!HamError.isInstance(error)) throw new Error(`expected a HamError, found ${String(error)}`);
  return error;
}

test("a model from a server recalls as one from the disk, with its data, and leaves nothing", async () => {
  const before = tf.memory().numTensors;
  const ends = [];
  for (const load of [
    () => loadModelFile(join(EXAMPLES, MODEL), { set: ["beta=4"] }),
    () => fetchModel(`${home}${MODEL}`, { set: ["beta=4"] }),
  ]) {
    using model = await load();
    expect(model.entries("beta").data[0]).toBe(4);
    ends.push(await endOf(model));
  }
  expect(ends[0].length).toBeGreaterThan(100);
  expect(ends[1]).toEqual(ends[0]);
  expect(tf.memory().numTensors).toBe(before);
});

test("a model from a server reads pictures and tables as one from the disk", async () => {
  const response = (text: string) => new Response(text);
  const texts: Readonly<Record<string, string>> = {
    "m.ham": `ham 1
data xi: sign[K, H, W] from "letters.txt"
data b: [H] from "b.csv#b"
dim K, H, W
neuron v: [H, W] as tanh
energy e = -sum[m, y, x] xi[m, y, x] * b[y] * v[y, x]
`,
    "letters.txt": ".#.\n#.#\n",
    "b.csv": "a,b\n1,2\n3,4\n",
  };
  const real = globalThis.fetch;
  globalThis.fetch = (url) =>
    Promise.resolve(response(texts[new Request(url).url.split("/").at(-1)!]));
  try {
    using model = await fetchModel("https://example.org/m.ham");
    expect(model.entries("xi").shape).toEqual([1, 2, 3]);
    expect([...model.entries("xi").data]).toEqual([-1, 1, -1, 1, -1, 1]);
    expect([...model.entries("b").data]).toEqual([2, 4]);
  } finally {
    globalThis.fetch = real;
  }
});

test("a file that is not there is named, with one that is called nearly so", async () => {
  const error = await errorOf(loadModelFile(join(EXAMPLES, "digit.ham")));
  expect(error.code).toBe("model/cannot-read");
  expect(error.message).toContain("there is no such file in");
  expect(error.message).toContain("Did you mean digits.ham?");
});

test("an address without a file is named, with what the server says", async () => {
  const error = await errorOf(fetchModel(`${home}digit.ham`));
  expect(error.code).toBe("model/cannot-read");
  expect(error.message).toBe(`cannot read ${home}digit.ham: the server says 404 Not Found.`);
  const data = await errorOf(fetchModel(`${home}${MODEL}`, { data: { xi: "none.npy" } }));
  expect(data.code).toBe("model/file-has-errors");
  expect(data.message).toContain(`looked in ${home}none.npy (the server says 404 Not Found)`);
});

test("where nobody answers, and where an address is none, the message says so", async () => {
  const nobody = await errorOf(fetchModel("http://127.0.0.1:1/m.ham"));
  expect(nobody.message).toContain("no server answers");
  const none = await errorOf(fetchModel("models/m.ham"));
  expect(none.message).toContain("expected a whole address such as https://example.org/m.ham");
});

test("a caller's path starts at the page, a model's at the model", async () => {
  const read = webFiles(`${home}data/there.ham`);
  expect(await read.read("../digits.ham", "model")).toBeInstanceOf(Uint8Array);
  Object.assign(globalThis, { location: { href: `${home}page.html` } });
  try {
    expect(await read.read("digits.ham", "caller")).toBeInstanceOf(Uint8Array);
    expect(await read.read("digits.ham", "model")).not.toBeInstanceOf(Uint8Array);
  } finally {
    Reflect.deleteProperty(globalThis, "location");
  }
});

test.each(["index", "web"])("the entry %s can be bundled for a page", async (entry) => {
  const input = fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));
  const bundle = await rolldown({ input, platform: "browser", logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const chunks = output.filter((part) => part.type === "chunk");
  const names = chunks.map(({ fileName }) => fileName);
  for (const { imports, dynamicImports, code } of chunks) {
    expect([...imports, ...dynamicImports].filter((name) => !names.includes(name))).toEqual([]);
    expect(code).not.toContain("node:fs");
  }
  // The readers of pictures and tables are loaded when a file needs them.
  const [first] = chunks;
  const atOnce = chunks.filter(({ fileName }) =>
    [first.fileName, ...first.imports].includes(fileName),
  );
  const modules = (some: typeof chunks) => some.flatMap(({ moduleIds }) => moduleIds).join("\n");
  expect(modules(atOnce)).not.toMatch(/papaparse|fast-png/);
  expect(modules(chunks)).toMatch(/papaparse[^]*fast-png|fast-png[^]*papaparse/);
});
