// What an editor says about the name under the pointer.

import type { ast } from "@hamlet/dsl";
import { RULES } from "@hamlet/dsl";
import { type BuiltIn, type NamedThing, occurrenceAt, VOCABULARY } from "@hamlet/dsl/editor";
import {
  certify,
  type Certificate,
  type Dim,
  type Expr,
  evaluateScalar,
  HamError,
  printText,
  type Tensor,
  tensorsIn,
} from "@hamlet/graph";
import type { Hover, Position } from "vscode-languageserver";
import {
  describeLagrangian,
  describeOption,
  describeSynapse,
  fenced,
  paragraphs,
} from "./describe.ts";
import { type Document, findingsOf } from "./document.ts";
import { fileName, offsetOf, positionOf, rangeOf } from "./positions.ts";
import { stageOf } from "./stage.ts";

/** A formula longer than this is no help in a small window. */
const LONGEST_FORMULA = 400;

/** What stands at a place, or null. */
export function hover(document: Document, position: Position): Hover | null {
  const { source, names } = document;
  const found = occurrenceAt(names, offsetOf(source, position));
  if (found === undefined) return null;
  const { thing, name } = found;
  const value = thing.from === "file" ? aboutThing(document, thing) : aboutBuiltIn(document, thing);
  if (value === "") return null;
  return { contents: { kind: "markdown", value }, range: rangeOf(source, name.span) };
}

function aboutThing(document: Document, thing: NamedThing): string {
  const { node, source } = thing;
  const doc = "doc" in node ? (node.doc?.text ?? "") : "";
  return paragraphs(
    fenced(headOf(thing)),
    doc,
    ...factsOf(document, thing).filter((fact) => fact !== ""),
    placeOf(document, thing, source.name),
  );
}

/** The declaration as it is written, without the inside of its braces. */
function headOf({ node, kind, name, source, owner }: NamedThing): string {
  const written = ({ start, end }: ast.Name["span"]) => source.text.slice(start, end);
  if (kind === "index" || kind === "argument")
    return `${kind} ${written(node.kind === "lagrangian" ? name.span : node.span)}`;
  if (kind === "dim")
    return node.kind === "dimDefinition" ? `dim ${written(node.span)}` : `dim ${name.text}`;
  if (kind === "metric") return written(node.span);
  const text = written(node.span);
  const brace = text.indexOf("{");
  const isBlock = ["recall", "train", "test", "lagrangian", "synapse"].includes(node.kind);
  const head = brace >= 0 && isBlock ? text.slice(0, brace).trimEnd() : text;
  return owner === null ? head : `${head}  // of ${owner.name.text}`;
}

/** Where it is declared, when that is not in sight. */
function placeOf({ source }: Document, thing: NamedThing, file: string): string {
  const { line } = positionOf(thing.source, thing.name.span.start);
  return file === source.name
    ? `*Declared in line ${line + 1}.*`
    : `*Declared in ${fileName(file)}, line ${line + 1}.*`;
}

function factsOf(document: Document, thing: NamedThing): string[] {
  const { compilation, names } = document;
  const { graph, places } = compilation;
  const walked = places.names.walked.get(thing.name);
  if (walked !== undefined) return [`Walks ${dimText(document, walked)}.`];
  const meaning = places.names.meanings.get(thing.name);
  const { node } = thing;
  switch (meaning?.kind) {
    case "dim":
      return [sizeSentence(meaning.dim)];
    case "tensor":
      return tensorFacts(document, meaning.tensor);
    case "let": {
      const axes = meaning.indices.map(({ dim }) => dim);
      return [shapeText(document, axes), `${upper(stageOf(graph, meaning.value))}.`];
    }
    case "neuron": {
      const { neuron } = meaning;
      const entry = document.registry.lagrangians.get(neuron.lagrangianName);
      const isOwn =
        node.kind === "neuron" && names.templates.has(node.lagrangian.path.segments[0].text);
      return [
        shapeText(document, neuron.axes),
        entry === undefined || isOwn ? "" : describeLagrangian(entry),
        convexText(document, neuron.name),
      ];
    }
    case "connection": {
      const { definition, term, params } = meaning.connection;
      const own = [...params].map(
        ([name, { written, axes }]) =>
          `- \`${name}\`: \`${written}\` [${axes.map((dim) => dim.name).join(", ")}]`,
      );
      const entry = document.registry.hypersynapses.get(definition.name);
      return [
        formula("E", term.energy),
        own.join("\n"),
        entry === definition ? describeSynapse(entry) : "",
      ];
    }
    default:
  }
  switch (node.kind) {
    case "energy": {
      const term = graph.terms.find(({ name }) => name === node.name.text);
      return term === undefined
        ? []
        : [formula("E", term.energy), energyText(document, term.energy)];
    }
    case "recall":
      return [monotoneText(document, node.name.text)];
    case "lagrangian":
    case "synapse": {
      const line = node.body.find(
        (other) => other.kind === "bodyEnergy" || other.kind === "bodyValue",
      );
      return line === undefined
        ? []
        : [fenced(thing.source.text.slice(line.span.start, line.span.end))];
    }
    case "use": {
      const used = names.sources.used(node);
      if (used === null) return [];
      return [
        used.file.doc?.text ?? "",
        `Declares ${[...used.values.keys(), ...used.templates.keys()].map((name) => `\`${name}\``).join(", ")}.`,
      ];
    }
    default:
      return [];
  }
}

function tensorFacts(document: Document, tensor: Tensor): string[] {
  const { kind, elem, axes, bound } = tensor;
  const entries = `${elem}${bound === null ? "" : ` ${bound.op} ${bound.value}`}`;
  const what =
    kind === "param"
      ? "A param: learned, the same for every example."
      : kind === "given"
        ? "A given: another one for every example."
        : kind === "data"
          ? "Data: read once, never learned."
          : kind === "const"
            ? "A const: set with `--set`, never learned."
            : "An activation.";
  return [`Entries: ${entries}. ${shapeText(document, axes)}`, what];
}

function shapeText(document: Document, axes: readonly Dim[]): string {
  if (axes.length === 0) return "One number.";
  const listed = axes.map((dim) => `- ${dimText(document, dim)}`);
  return `Shape \`[${axes.map(({ name }) => name).join(", ")}]\`:\n${listed.join("\n")}`;
}

/** "`D` = 784, declared in line 3" */
function dimText(document: Document, dim: Dim): string {
  const { compilation, source } = document;
  const size = sizeOf(dim);
  const span = compilation.places.declared.get(dim);
  const where =
    span === undefined ? "" : `, declared in line ${positionOf(source, span.start).line + 1}`;
  return `\`${dim.name}\`${size === null ? "" : ` = ${size}`}${where}`;
}

function sizeOf(dim: Dim): string | null {
  if (dim.size === null) return null;
  try {
    return String(evaluateScalar(dim.size));
  } catch (error) {
    if (HamError.isInstance(error)) return printText(dim.size);
    throw error;
  }
}

function sizeSentence(dim: Dim): string {
  const size = sizeOf(dim);
  return size === null ? "Its size comes from a data file, or from `--set`." : `Size ${size}.`;
}

function formula(left: string, value: Expr): string {
  const text = printText(value);
  return text.length > LONGEST_FORMULA ? "" : fenced(`${left} = ${text}`);
}

/** A certificate costs a walk over the whole model. */
const CERTIFICATES = new WeakMap<Document, Certificate | null>();

/** What is known of a sound model; null for one with mistakes, or with parts that are code. */
export function certificateOf(document: Document): Certificate | null {
  let known = CERTIFICATES.get(document);
  if (known === undefined) {
    const { graph, leftOut } = document.compilation;
    const isWhole =
      findingsOf(document).every(({ severity }) => severity !== "error") && leftOut.length === 0;
    known = isWhole ? certify(graph) : null;
    CERTIFICATES.set(document, known);
  }
  return known;
}

function energyText(document: Document, energy: Expr): string {
  const { graph } = document.compilation;
  const read = tensorsIn([energy]);
  const layers = graph.neurons.filter(({ activation }) => read.has(activation));
  const words =
    layers.length === 0
      ? "It reads no layer."
      : `One number of the activations of ${layers.map(({ name }) => `\`${name}\``).join(", ")}, ${stageOf(graph, energy)}.`;
  const certificate = certificateOf(document);
  if (certificate === null) return words;
  const monotone = Object.entries(certificate.monotone).map(
    ([name, claim]) => `- \`${name}\` never raises it: ${claim}`,
  );
  return `${words}\n\nThe total energy:\n- bounded from below: ${certificate.bounded}\n${monotone.join("\n")}`;
}

function convexText(document: Document, name: string): string {
  const claim = certificateOf(document)?.convex[name];
  return claim === undefined ? "" : `Convex: ${claim}.`;
}

function monotoneText(document: Document, name: string): string {
  const certificate = certificateOf(document);
  const claim = certificate?.monotone[name];
  if (claim === undefined) return "";
  const instead = certificate?.holds?.[name];
  return `The energy never rises: ${claim}.${instead === undefined ? "" : ` What holds: ${instead}.`}`;
}

function aboutBuiltIn({ registry }: Document, thing: BuiltIn): string {
  const { kind, text, of } = thing;
  switch (kind) {
    case "Lagrangian":
      return describeLagrangian(registry.lagrangians.get(text)!);
    case "synapse":
      return describeSynapse(registry.hypersynapses.get(text)!);
    case "option":
    case "param":
    case "dim": {
      const meaning = of === null ? null : describeOption(registry, of, text);
      return meaning === null ? "" : `\`${text}\` of \`${of}\`: ${meaning}`;
    }
    case "rule": {
      const code = Object.entries(RULES).find(([, rule]) => rule === text)?.[0];
      return code === undefined ? "" : `\`${text}\`: the messages ${code}.`;
    }
    default: {
      const word = wordsOf(kind, of).find(({ name }) => name === text);
      return word === undefined || word.meaning === "" ? "" : `\`${text}\`: ${word.meaning}`;
    }
  }
}

function wordsOf(kind: string, of: string | null): readonly { name: string; meaning: string }[] {
  switch (kind) {
    case "solver":
      return VOCABULARY.solvers.map(({ name, meaning, options }) => ({
        name,
        meaning: `${meaning}${options.length === 0 ? "" : `; ${options.map((option) => `\`${option.name}\`: ${option.meaning}`).join("; ")}`}`,
      }));
    case "setting":
      return VOCABULARY[of as "recall" | "train" | "test"] ?? [];
    case "function":
      return VOCABULARY.comparisons;
    case "word":
      return [
        ...VOCABULARY.stop,
        ...VOCABULARY.expect,
        { name: "t", meaning: "how far the recall is, from 0 to 1" },
        { name: "over", meaning: "the dims that are mixed" },
      ];
    default:
      return [];
  }
}

function upper(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
