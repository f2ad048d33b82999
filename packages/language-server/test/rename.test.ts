// A new name changes what a thing is called, and nothing of what the files mean.

import { compile, isSound } from "@hamlet/dsl";
import { type EnergyGraph, fromJson, type HamIr, modelId, printJson, toJson } from "@hamlet/graph";
import { CATALOGUE } from "@hamlet/model/check";
import { describe, expect, test } from "vitest";
import { type NamedThing, occurrencesOf } from "@hamlet/dsl/editor";
import { samples, seed } from "../../../tools/samples.ts";
import { applied } from "../src/quick-fixes.ts";
import { renamable, rename } from "../src/rename.ts";
import { examples, FOLDER, memoryFiles, projectOf } from "./analysing.ts";
import { Project } from "../src/project.ts";

type Texts = Readonly<Record<string, string>>;
const NEW = "renamed_thing";

/** The texts after a renaming, or why there are none. */
async function renamed(texts: Texts, thing: NamedThing, name: string): Promise<Texts | string> {
  const changes = await rename(projectOf(texts), [FOLDER], thing, name);
  if (typeof changes === "string") return changes;
  const now = [...changes].map(([source, list]) => [
    source.name.slice(FOLDER.length + 1),
    applied(source.text, list),
  ]);
  return { ...texts, ...(Object.fromEntries(now) as Texts) };
}

function compiled(texts: Texts) {
  const [[name, text]] = Object.entries(texts);
  return compile(
    { name, text },
    {
      registry: CATALOGUE,
      resolve(path) {
        const found = texts[path];
        return found === undefined
          ? { found: "no plugin", installed: null }
          : { found: "file", source: { name: path, text: found } };
      },
    },
  );
}

/** What holds names of indices, which lowering takes from dims. */
const KEPT = ["ix", "free", "position", "id"];

/** A model in JSON in which the new name is the old one again. */
function withOld(json: unknown, old: string): unknown {
  if (typeof json === "string") return json.replaceAll(NEW, old);
  if (Array.isArray(json)) return json.map((part) => withOld(part, old));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, part]) => [
      key,
      KEPT.includes(key) ? part : withOld(part, old),
    ]),
  );
}

/** The id of a model whose new name is the old one again. */
function idWith(graph: EnergyGraph, old: string): string {
  const json = withOld(JSON.parse(printJson(toJson(graph))), old);
  return modelId(fromJson(JSON.stringify(json)).graph);
}

/** The id of a model in which everything is called by its place: names do not count in it. */
function namelessId(graph: EnergyGraph): string {
  const { dims, tensors, neurons, terms, drives = [], programs, ...rest } = toJson(graph);
  const places = new Map(neurons.map(({ name }, at) => [name, `neuron${at}`]));
  const neuron = (name: string) => places.get(name) ?? name;
  const json: HamIr = {
    ...rest,
    dims: dims.map((dim) => ({ ...dim, name: `dim${dim.id}` })),
    tensors: tensors.map((tensor) => {
      const isLayer = tensor.kind === "state" || tensor.kind === "activation";
      return { ...tensor, name: isLayer ? neuron(tensor.name) : `tensor${tensor.id}` };
    }),
    neurons: neurons.map((layer) => ({ ...layer, name: neuron(layer.name) })),
    terms: terms.map((term, at) => ({
      ...term,
      name: `term${at}`,
      neurons: term.neurons.map(([name, reads]) => [neuron(name), reads]),
    })),
    drives: drives.map((drive) => ({ ...drive, neuron: neuron(drive.neuron) })),
    programs: programs.map((program, at) => ({
      ...program,
      name: `recall${at}`,
      start: program.start.map((one) => ({ ...one, neuron: neuron(one.neuron) })),
      clamp: program.clamp.map((one) => ({ ...one, neuron: neuron(one.neuron) })),
      record: program.record.map((one) => ({ ...one, name: neuron(one.name) })),
      return: program.return.map(neuron),
    })),
  };
  return modelId(fromJson(JSON.stringify(json)).graph);
}

/** Whose names an id counts; every other name can change without a trace. */
const COUNTED = /^(?:dim|const|param|data|given|neuron|part|connection|energy|recall)$/;

/** Renames some of the names of files, others with every seed; gives how many there are. */
async function holdNames(texts: Texts, most: number): Promise<number> {
  const before = compiled(texts);
  const things = new Set(
    (await projectOf(texts).everyFile([FOLDER]))
      .flatMap((names) => occurrencesOf(names).map(({ thing }) => thing))
      .filter((thing) => thing.from === "file"),
  );
  const [id, nameless] = [modelId(before.graph), namelessId(before.graph)];
  const step = Math.max(1, Math.ceil(things.size / most));
  for (const [at, thing] of [...things].entries()) {
    if (at % step !== seed() % step) continue;
    const after = await renamed(texts, thing, NEW);
    if (typeof after === "string") throw new Error(`${thing.name.text}: ${after}`);
    const what = `${thing.kind} ${thing.name.text}\n${Object.values(after).join("\n")}`;
    const { graph, diagnostics } = compiled(after);
    const found = diagnostics.map(({ code }) => code);
    expect(found, what).toEqual(before.diagnostics.map(({ code }) => code));
    expect(Object.values(after).join("\n"), what).toContain(NEW);
    expect(namelessId(graph), what).toBe(nameless);
    const isCounted = COUNTED.test(thing.kind);
    expect(isCounted ? idWith(graph, thing.name.text) : modelId(graph), what).toBe(id);
  }
  return things.size;
}

describe("a name of an example can be another one", () => {
  const whole = examples().filter(({ name, text }) => isSound(compiled({ [name]: text })));
  test.each(whole)("$name", async ({ name, text }) => {
    expect(await holdNames({ [name]: text }, samples(4))).toBeGreaterThan(5);
  });
});

const PARTS: Texts = {
  "main.ham": `ham 1
use "./memory.ham" as memory
dim N = 3
part fast: memory(D = N)
neuron h: [N] as memory.bent(a = 2)
connect dense(h, fast.v)
connect up: memory.pull(h, fast.v, gain = 2)
connect other: memory.pull(h, fast.v) share up
energy e = -sum[i] h[i] * fast.v[i] * fast.sharp - sum[i, k] dense.W[i, k] * h[i] / 100 - fast.link.W[0, 0] * h[0]
recall {
  start fast.v ~ normal(0, 1)
  clamp h[i] where i != 0
  schedule fast.sharp = 1 + t
  solver = euler(dt = 0.1)
  record fast.v
  return fast.v, h
}
test "t" {
  run default
  expect falling(energy) or steps > 1
}
`,
  "memory.ham": `ham 1
dim D, K = 4
const sharp: real > 0 = 2
param xi: [K, D] ~ normal(0, 1)
lagrangian bent(x) { const a: real > 0 = 1  value = a * softplus(x) }
synapse pull(a: [A], b: [B]) {
  const gain: real > 0 = 1
  param M: [A, B] ~ normal(0, 1)
  let part_of[i] = sum[j] M[i, j] * b[j]
  energy = -gain * sum[i] a[i] * part_of[i]
}
neuron v: [D] as bent(a = sharp)
neuron u: [K] as softmax(beta = sharp)
connect link: dense(v, u, W = let_xi)
let let_xi[i, m] = xi[m, i] / 2
`,
};

test("names of the language and of plugins are kept", async () => {
  const text = "ham 1\ndim D = 3\nneuron v: [D] as tanh\n";
  for (const [name, why] of [
    ["m.ham", null],
    ["node_modules/kit/index.ham", "`D` belongs to a plugin, and keeps its name"],
  ] as const) {
    const project = projectOf({ [name]: text });
    const document = (await project.document(`${FOLDER}/${name}`))!;
    const at = (line: number, character: number) => {
      const found = renamable(document, { line, character });
      return typeof found === "string" ? found : null;
    };
    expect(at(1, 4)).toBe(why);
    expect(at(2, 17)).toBe("`tanh` is a word of the language, and keeps its name");
    expect(at(0, 0)).toBe("there is no name here");
  }
});

test("across files, through parts, definitions and connections without a name", async () => {
  expect(compiled(PARTS).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(await holdNames(PARTS, Infinity)).toBeGreaterThan(25);
});

test.each([
  ["x", "1x", "is no name"],
  ["x", "sum", "is no name"],
  ["x", "", "is no name"],
  ["x", "y", "already means something"],
  ["x", "i", "there would be a mistake"],
  ["c", "change", "already means something"],
  ["x", "nowhere", "already stands for something"],
])("%s cannot be called %j", async (old, name, why) => {
  const text = `ham 1
dim D = 3
const c: real > 0 = 1
const y = 2
neuron x: [D] as tanh
energy e = -sum[i] x[i]^2 * y * c
recall r {
  solver = euler(dt = 0.1)
  stop when change < 1e-3 * c
}
let other = nowhere + 1
`;
  const [names] = await projectOf({ "m.ham": text }).everyFile([]);
  const thing = names.values.get(old)!;
  expect(await renamed({ "m.ham": text }, thing, name)).toContain(why);
});

test("what is declared outside of the open folders keeps its name", async () => {
  const texts = {
    "m.ham": 'ham 1\nuse "./kit.ham" as kit\npart p: kit(D = 3)\nenergy e = sum[i] p.v[i]\n',
    "kit.ham": "ham 1\ndim D\nneuron v: [D] as tanh\n",
  };
  const project = new Project(CATALOGUE, {
    ...memoryFiles(texts),
    list: () => Promise.resolve([]),
  });
  project.open(`${FOLDER}/m.ham`, 1, texts["m.ham"]);
  const { names } = (await project.document(`${FOLDER}/m.ham`))!;
  const { thing } = occurrencesOf(names).find(({ name }) => name.text === "v")!;
  expect(await rename(project, [FOLDER], thing as NamedThing, "w")).toBe(
    "`v` is declared in kit.ham, outside of the folders that are open",
  );
});
