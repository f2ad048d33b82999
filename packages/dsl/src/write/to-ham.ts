// An energy graph as one flat `.ham` file.
//
// Parts, connections and lets are gone: every energy is written out. Tests and trainings are left
// out, for they are about a model and no part of what it means; assertions stay, because checks
// rely on them. The file compiles to a graph of the same model id, except where names had to be
// changed to stay apart (`enc.W` beside `enc_W`).

import { type Assertion, drivesOf, type EnergyGraph } from "@hamlet/graph";
import { EDITION } from "../1-parse/edition.ts";
import { lex } from "../1-parse/lex.ts";
import { tooDeep } from "../1-parse/nesting.ts";
import { collectDiagnostics } from "../diagnostics/diagnostic.ts";
import { format } from "../format/format.ts";
import { dimText, driveText, energyTexts, neuronText, tensorText } from "./declarations.ts";
import { cannotWrite, expressionWriter } from "./expressions.ts";
import { writtenLagrangians } from "./lagrangians.ts";
import { type FileNames, fileNames } from "./names.ts";
import { recallText } from "./recall.ts";

/**
 * The text of a file that compiles to this graph.
 *
 * @throws HamError `dsl/not-writable` for what the language has no notation for: a `select`, a
 * neuron that says nothing about its Lagrangian, as after reading JSON, or a formula that nests
 * deeper than a text may.
 */
export function toHam(graph: EnergyGraph): string {
  const names = fileNames(graph);
  const lagrangians = writtenLagrangians(graph.neurons);
  const sections = [
    [`ham ${EDITION}`],
    graph.dims.map((dim) => dimText(dim, names)),
    ...["const", "param", "data", "given"].map((kind) =>
      graph.tensors
        .filter((tensor) => tensor.kind === kind)
        .map((tensor) => tensorText(tensor, names)),
    ),
    (graph.asserts ?? []).flatMap((assertion) => assertText(assertion, names)),
    ...lagrangians.declarations.map((text) => [text]),
    graph.neurons.map((neuron) => neuronText(neuron, names, lagrangians.nameFor)),
    ...energyTexts(graph, names).map((text) => [text]),
    drivesOf(graph).map((drive) => driveText(drive, names)),
    ...graph.recalls.map((recall) => [recallText(recall, graph.neurons, names)]),
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
  const source = { name: "flat.ham", text };
  // A chain of definitions is one formula here, and may be deeper than a text can be read.
  if (tooDeep(lex(source, collectDiagnostics(source)).tokens) !== undefined) {
    cannotWrite("a formula", "more calls inside of each other than a text may have");
  }
  return format(source).text;
}

/** One that already holds for the sizes of the file is no condition any more. */
function assertText({ condition, message }: Assertion, names: FileNames): string[] {
  if (condition.kind === "lit") return [];
  const { text } = expressionWriter(names, "an assertion");
  return [`assert ${text(condition)}, ${JSON.stringify(message)}`];
}
