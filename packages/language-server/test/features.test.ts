// What the other features say about a place or a file.

import { describe, expect, test } from "vitest";
import { isSame, occurrencesOf, VOCABULARY } from "@hamlet/dsl/editor";
import { codeLenses } from "../src/code-lenses.ts";
import { definition } from "../src/definition.ts";
import { diagnosticsOf } from "../src/diagnostics.ts";
import { explanationOf } from "../src/explanation.ts";
import { foldingRanges } from "../src/folding.ts";
import { formatDocument, formatOnType, formatRange } from "../src/formatting.ts";
import { hover } from "../src/hover.ts";
import { inlayHints } from "../src/inlay-hints.ts";
import { positionOf } from "../src/positions.ts";
import { quickFixes } from "../src/quick-fixes.ts";
import { highlights, referencesTo } from "../src/references.ts";
import { semanticTokens, LEGEND } from "../src/semantic-tokens.ts";
import { signatureHelp } from "../src/signature-help.ts";
import { documentSymbols, workspaceSymbols } from "../src/symbols.ts";
import { format } from "@hamlet/dsl/format";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Document } from "../src/document.ts";
import { at, examples, FOLDER, projectOf } from "./analysing.ts";

const uriOf = (name: string) => name;
const PART = `ham 1

/// A part.

dim D
const gain: real > 0 = 2
/// How it bends.
lagrangian bent(x) { value = softplus(x) }
neuron inner: [D] as bent
`;
const FILE = `dim D = 3, K
const beta: real > 0 = 2
/// Stored patterns.
data xi: [K, D] from "x.npz#xi"
given query: [D]
neuron v: [D] as identity
neuron h: [K] as softmax(beta = beta)
connect up: dense(v, h)
let seen[m] = sum[i] xi[m, i] * query[i]
energy lse = -1/beta * logsumexp[m] beta * sum[i] xi[m, i] * v[i]
energy put = -sum[m] seen[m] * h[m]
recall settle {
  start v = query
  solver = euler(dt = 0.1)
}
use "./part.ham" as kit
part p: kit(D = D)
`;
const MORE = { "part.ham": PART };

async function said(before: string, after = ""): Promise<string> {
  const whole = `${FILE}${after}`;
  const offset = whole.indexOf(before.replace("|", ""));
  expect(offset, before).toBeGreaterThan(-1);
  const place = offset + before.indexOf("|");
  const { document, position } = await at(`${whole.slice(0, place)}|${whole.slice(place)}`, MORE);
  return (hover(document, position)?.contents as { value: string } | undefined)?.value ?? "";
}

describe("hover", () => {
  test.each<[string, string[]]>([
    ["dim |D = 3", ["Size 3"]],
    ["D = 3, |K", ["comes from a data file"]],
    ["const |beta", ["real > 0", "A const"]],
    ["data |xi", ["Stored patterns.", "`K`, declared in line 2", "`D` = 3", "never learned"]],
    ["given |query", ["another one for every example"]],
    ["neuron |v", ["Shape `[D]`", "L =", "Convex: proven"]],
    ["as |identity", ["identity(", "L ="]],
    ["as |softmax", ["softmax(beta = 1, over = …)", "over"]],
    ["softmax(|beta", ["inverse temperature", "default 1"]],
    ["connect |up", ["E = ", "up.W", "dense(a: [A], b: [B]"]],
    ["up: |dense", ["dense(a: [A], b: [B]", "`W`: param"]],
    ["let |seen", ["Shape `[K]`", "once for every example"]],
    ["seen[|m] =", ["Walks `K`"]],
    ["logsumexp[|m", ["Walks `K`"]],
    ["sum[|i] xi[m, i] * v", ["Walks `D` = 3"]],
    [
      "energy |lse",
      [
        "E = ",
        "activations of `v`",
        "at every step",
        "bounded from below",
        "`settle` never raises it",
      ],
    ],
    ["recall |settle", ["The energy never rises"]],
    ["= |euler", ["for smooth layers", "step size"]],
    ["euler(|dt", ["the step size"]],
    ["as |kit", ["A part.", "`inner`", "`bent`"]],
    ["part |p", ["part p: kit(D = D)"]],
    ["kit(|D = D", ["dim D", "part.ham, line 5"]],
  ])("at %j", async (place, wanted) => {
    const text = await said(place);
    for (const part of wanted) expect(text).toContain(part);
  });

  test("of an own definition and a word of a rule", async () => {
    const after = `lagrangian mine(x: [A]) { const a: real > 0 = 1  value = a * logsumexp[j] x[j] }
@allow(unused)
neuron w: [D] as mine(a = 2)
`;
    expect(await said("lagrangian |mine", after)).toContain("value = a * logsumexp[j] x[j]");
    expect(await said("as |mine", after)).toContain("value = a");
    expect(await said("mine(|a = 2", after)).toContain("const a: real > 0 = 1");
    expect(await said("mine(|x: ", after)).toContain("Shape `[A]`");
    expect(await said("logsumexp[|j", after)).toContain("Walks `A`");
    expect(await said("@allow(|unused", after)).toContain("W0207");
  });

  test("nothing where there is no name", async () => {
    const { document } = await at(`|${FILE}`, MORE);
    expect(hover(document, { line: 1, character: 3 })).toBeNull();
    expect(hover(document, { line: 10_000, character: 3 })).toBeNull();
  });
});

test("a definition is found in the file, in another one, and behind a `use`", async () => {
  const to = async (marked: string) => {
    const { document, position } = await at(`${FILE}${marked}`, MORE);
    const found = definition(document, position, uriOf);
    return found && `${found.uri.slice(FOLDER.length + 1)}:${found.range.start.line + 1}`;
  };
  expect(await to("energy e = -sum[i] |v[i]")).toBe("m.ham:7");
  expect(await to("energy e = -sum[i] p.|inner[i]")).toBe("part.ham:9");
  expect(await to("energy e = -|p.gain")).toBe("m.ham:18");
  expect(await to("neuron w: [D] as kit.|bent")).toBe("part.ham:8");
  expect(await to('use "./par|t.ham" as other')).toBe("part.ham:1");
  expect(await to("neuron w: [D] as |tanh")).toBeNull();
});

test("a name in a line that cannot be read is still one", async () => {
  const { document, position } = await at(`${FILE}energy e = -sum[i] v[i] * * |beta`, MORE);
  expect(definition(document, position, uriOf)?.range.start.line).toBe(2);
});

test("references are found in every file, highlights in this one", async () => {
  const { document, project } = await at(`${FILE}|energy e = -sum[i] p.inner[i]\n`, MORE);
  const part = (await project.names(`${FOLDER}/part.ham`))!;
  const inner = part.values.get("inner")!;
  const files = await project.everyFile([FOLDER]);
  const found = referencesTo(inner, files, uriOf, { includeDeclaration: true });
  expect(found.map(({ uri }) => uri.slice(FOLDER.length + 1)).sort()).toEqual([
    "m.ham",
    "part.ham",
  ]);
  expect(referencesTo(inner, files, uriOf, { includeDeclaration: false })).toHaveLength(1);
  const beta = document.source.text.indexOf("beta");
  expect(highlights(document, positionOf(document.source, beta))).toHaveLength(4);
});

test("symbols of a file are its declarations, those of a folder are found by their letters", async () => {
  const { document, project } = await at(
    `${FILE}|synapse s(a: [A]) { const c = 1  energy = c * sum[i] a[i] }`,
    MORE,
  );
  const symbols = documentSymbols(document);
  expect(symbols.map(({ name }) => name)).toEqual(
    "D K beta xi query v h up seen lse put settle kit p s".split(" "),
  );
  expect(symbols.at(-1)?.children?.map(({ name }) => name)).toEqual(["c"]);
  const everything = await project.everyFile([FOLDER]);
  const search = (query: string) =>
    everything.flatMap((names) => workspaceSymbols(names, query, uriOf)).map(({ name }) => name);
  expect(search("inr")).toEqual(["inner"]);
  expect(search("zz")).toEqual([]);
});

const UGLY = `ham 1
dim   D=3
neuron v:[D] as identity   // a layer
energy e =   -sum[i] v[i]^2


recall r {
solver=euler(dt=0.1)
}
`;

const applied = ({ source }: Document, edits: ReturnType<typeof formatDocument>) =>
  TextDocument.applyEdits(TextDocument.create("m", "ham", 1, source.text), edits);

describe("formatting", () => {
  test.each([...examples(), { name: "ugly", text: UGLY }])("$name as a whole", async ({ text }) => {
    const ugly = text.replaceAll(" = ", "=").replaceAll(", ", ",   ");
    const document = (await projectOf({ "m.ham": ugly }).document(`${FOLDER}/m.ham`))!;
    expect(applied(document, formatDocument(document))).toBe(format(document.source).text);
  });

  test("of a file without its edition", async () => {
    const document = (await projectOf({ "m.ham": "dim   D=3\n" }).document(`${FOLDER}/m.ham`))!;
    expect(applied(document, formatDocument(document))).toBe("ham 1\n\ndim D = 3\n");
  });

  test("of a range changes that alone", async () => {
    const { document } = await at(`${UGLY}|`);
    const range = { start: { line: 2, character: 0 }, end: { line: 2, character: 10 } };
    expect(applied(document, formatRange(document, range)).split("\n").slice(1, 4)).toEqual([
      "dim   D=3",
      "neuron v: [D] as identity   // a layer",
      "energy e =   -sum[i] v[i]^2",
    ]);
  });

  test("when a block is closed", async () => {
    const { document, position } = await at(UGLY.replace("\n}", "\n}|"));
    const text = applied(document, formatOnType(document, position));
    expect(text).toContain("  solver = euler(dt = 0.1)\n}");
    expect(text).toContain("dim   D=3");
  });

  test("not of a file that cannot be read", async () => {
    const { document } = await at("neuron v: [D as|");
    expect(formatDocument(document)).toEqual([]);
  });
});

test("tokens say what names stand for", async () => {
  const { document } = await at(`|${FILE}`, MORE);
  const { data } = semanticTokens(document);
  const lines = document.source.text.split("\n");
  const found: [string, string][] = [];
  let [line, start] = [0, 0];
  for (let k = 0; k < data.length; k += 5) {
    const [down, right, length, type] = data.slice(k, k + 4);
    start = down === 0 ? start + right : right;
    line += down;
    found.push([lines[line].slice(start, start + length), LEGEND.tokenTypes[type]]);
  }
  for (const expected of [
    ["D", "type"],
    ["beta", "variable"],
    ["xi", "variable"],
    ["query", "parameter"],
    ["v", "class"],
    ["identity", "function"],
    ["up", "method"],
    ["m", "parameter"],
    ["settle", "method"],
    ["solver", "keyword"],
    ["euler", "function"],
    ["kit", "namespace"],
  ]) {
    expect(found).toContainEqual(expected);
  }
  const some = semanticTokens(document, {
    start: { line: 1, character: 0 },
    end: { line: 2, character: 0 },
  });
  expect(some.data.length).toBe(10);
});

test("blocks and comments fold", async () => {
  const { document } = await at(`|// one\n// two\n\n${FILE}`, MORE);
  const lines = foldingRanges(document).map(({ startLine, endLine }) => [startLine, endLine]);
  expect(lines).toContainEqual([1, 2]);
  expect(lines).toContainEqual([15, 18]);
});

test("inferred dims are shown at the indices that walk them", async () => {
  const { document } = await at(`|${FILE}energy e = -sum[k: K] h[k]`, MORE);
  const end = positionOf(document.source, document.source.text.length);
  const hints = inlayHints(document, { start: { line: 0, character: 0 }, end });
  expect(hints.map(({ label }) => label)).toEqual([": K", ": D", ": K", ": D", ": K"]);
});

test("lenses are what the client can carry out", async () => {
  const { document } = await at(`|${FILE}test "it rests" { run settle }`, MORE);
  const titles = (known: string[]) =>
    codeLenses(document, "m", known).map(({ command }) => command?.title);
  expect(titles([])).toEqual([]);
  expect(titles(["ham.runTest", "ham.explain"])).toEqual(["explain", "run test"]);
  const [, lens] = codeLenses(document, "m", ["ham.runTest", "ham.explain"]);
  expect(lens.command?.arguments).toEqual(["m", "it rests"]);
});

test("signatures show the argument that is being typed", async () => {
  const help = async (line: string) => {
    const { document, position } = await at(`${FILE}${line}`, MORE);
    const found = signatureHelp(document, position);
    if (found === null) return null;
    const [{ label, parameters }] = found.signatures;
    return [label, parameters![found.activeParameter!].label];
  };
  expect(await help("connect c: dense(v, |")).toEqual([
    expect.stringContaining("dense(a: [A], b: [B]"),
    "b: [B]",
  ]);
  expect(await help("neuron w: [D] as tanh(beta = |")).toEqual(["tanh(beta = 1)", "beta = 1"]);
  expect(await help("recall r {\n solver = langevin(dt = 1, |")).toEqual([
    "langevin(dt, temperature)",
    "temperature",
  ]);
  expect(await help("part q: kit(|")).toEqual(["kit(D = …, gain = …)", "D = …"]);
  expect(await help("energy e = max(1, |")).toEqual(["max(a, b)", "b"]);
  expect(await help("energy e = exp(|")).toEqual(["exp(x)", "x"]);
  expect(await help("energy e = nosuch(|")).toBeNull();
  expect(await help("synapse s(|")).toBeNull();
  expect(await help("recall r(dt = 1 {\n solver = |")).toBeNull();
  expect(await help("neuron w: [D] as tanh(beta = 1 { tau = |")).toBeNull();
  expect(await help("neuron w: [D] as kit.bent(|")).toBeNull();
  expect(await help("energy e = |")).toBeNull();
});

test("every solver, optimiser and gradient with options has a signature", async () => {
  for (const [block, word, names] of [
    ["recall r", "solver", VOCABULARY.solvers],
    ["train t", "optimiser", VOCABULARY.optimisers],
    ["train t", "gradient", VOCABULARY.gradients],
  ] as const) {
    const withOptions = names.filter(({ options }) => options.length > 0);
    expect(withOptions).not.toEqual([]);
    for (const { name } of withOptions) {
      const { document, position } = await at(`${FILE}${block} {\n ${word} = ${name}(|`, MORE);
      expect(signatureHelp(document, position)?.signatures[0].label).toContain(`${name}(`);
    }
  }
});

test("a mistake of a used file is told at its `use`, with the place", async () => {
  const { document } = await at(`|${FILE}`, { "part.ham": PART.replace("[D] as", "[X] as") });
  const shown = diagnosticsOf(document, uriOf).filter(({ message }) =>
    message.startsWith("in part.ham"),
  );
  expect(shown).toHaveLength(1);
  const [{ range, relatedInformation }] = shown;
  expect(document.source.text.split("\n")[range.start.line]).toContain('use "./part.ham"');
  expect(relatedInformation![0].location).toMatchObject({
    uri: `${FOLDER}/part.ham`,
    range: { start: { line: 8 } },
  });
});

test("files are called as people call them", async () => {
  const more = { "my part.ham": PART.replace("[D] as", "[X] as"), "100%.ham": PART };
  const use = `use "./my part.ham" as kit\npart p: kit(D = 3)\n`;
  const { document, position, project } = await at(`${use}energy e = -sum[i] p.|inner[i]\n`, more);
  expect(diagnosticsOf(document, uriOf).map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^in my part\.ham: /),
  );
  expect(hover(document, position)?.contents).toMatchObject({
    value: expect.stringContaining("Declared in my part.ham, line 9"),
  });
  expect(await project.document(`${FOLDER}/100%.ham`)).not.toBeNull();
});

test("a warning can be allowed, beside others", async () => {
  const { document } = await at(
    `|dim D = 3\n@allow(unused)\nneuron v: [D] as identity\nenergy e = -sum[i] v[i]\nconst c = 1\n`,
  );
  const end = positionOf(document.source, document.source.text.length);
  const actions = quickFixes(document, { start: { line: 0, character: 0 }, end }, uriOf);
  expect(actions.map(({ title }) => title)).toContain("Allow this: @allow(unused)");
});

test("a sound file is explained, a wrong one is not", async () => {
  const { document } = await at(`|${FILE}`, MORE);
  expect(explanationOf(document)).toContain("Certificate");
  const { document: wrong } = await at(`|${FILE}energy e = nowhere`, MORE);
  expect(explanationOf(wrong)).toBeNull();
});

test("two readings of one file have the same things", async () => {
  const [{ document: a }, { document: b }] = [
    await at(`|${FILE}`, MORE),
    await at(`|${FILE}`, MORE),
  ];
  const [there, here] = [occurrencesOf(a.names), occurrencesOf(b.names)];
  expect(there.every(({ thing }, k) => isSame(thing, here[k].thing))).toBe(true);
});
