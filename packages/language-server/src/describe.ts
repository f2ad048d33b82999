// What the catalogue says of its entries, as Markdown.

import type { ast } from "@hamlet/dsl";
import { VOCABULARY, type Word } from "@hamlet/dsl/editor";
import type {
  Bound,
  HypersynapseDefinition,
  HypersynapseOption,
  LagrangianDefinition,
  OptionDefinition,
  Registry,
} from "@hamlet/graph";

/** A Lagrangian: its formula, its options, its paper. */
export function describeLagrangian(definition: LagrangianDefinition): string {
  const { summary, options, coupled, references } = definition;
  const over = coupled
    ? ["- `over`: the dims that are mixed; may be left out where there is one"]
    : [];
  return paragraphs(
    fenced(signatureOfLagrangian(definition).label),
    summary,
    [...options.map(optionLine), ...over].join("\n"),
    papers(references),
    coupled ? "It mixes the units of a layer." : "Every unit by itself.",
  );
}

/** A synapse: its formula, its params and options, its paper. */
export function describeSynapse(definition: HypersynapseDefinition): string {
  const { summary, dims, options, params, references } = definition;
  return paragraphs(
    fenced(signatureOfSynapse(definition).label),
    summary,
    [
      ...params.map(({ name, axes }) => `- \`${name}\`: param \`[${axes.join(", ")}]\``),
      ...dims.map(
        ({ name, meaning, default: usual }) =>
          `- \`${name}\`: ${meaning}${usual === null ? "" : `; default ${usual}`}`,
      ),
      ...options.map(optionLine),
    ].join("\n"),
    papers(references),
  );
}

/** A call with the names of what goes into it. */
export interface Signature {
  readonly label: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly label: string;
    readonly doc: string;
  }[];
}

/** `tanh(beta = 1)` */
export function signatureOfLagrangian({ name, options, coupled }: LagrangianDefinition): Signature {
  const parameters = options.map((option) => ({
    name: option.name,
    label: `${option.name} = ${option.default ?? "…"}`,
    doc: optionText(option),
  }));
  if (coupled) parameters.push({ name: "over", label: "over = …", doc: "the dims that are mixed" });
  return signature(name, parameters);
}

/** `dense(a: [A], b: [B], W = …)` */
export function signatureOfSynapse({
  name,
  args,
  dims,
  options,
  params,
}: HypersynapseDefinition): Signature {
  return signature(name, [
    ...args.map((arg) => ({
      name: arg.name,
      label: `${arg.name}: [${arg.axes.join(", ")}]`,
      doc: "a neuron",
    })),
    ...params.map((param) => ({
      name: param.name,
      label: `${param.name} = …`,
      doc: `a param [${param.axes.join(", ")}]; without it the connection has one of its own`,
    })),
    ...dims.map((dim) => ({
      name: dim.name,
      label: `${dim.name} = ${dim.default ?? "…"}`,
      doc: dim.meaning,
    })),
    ...options.map((option) => ({
      name: option.name,
      label: `${option.name} = ${defaultText(option) ?? "…"}`,
      doc: optionText(option),
    })),
  ]);
}

/** The head of a definition of the file itself. */
export function signatureOfItem(
  item: ast.LagrangianItem | ast.SynapseItem,
  text: string,
): Signature {
  const written = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const head =
    item.kind === "synapse"
      ? item.arguments.map((arg) => ({
          name: arg.name.text,
          label: written(arg.span),
          doc: "a neuron",
        }))
      : [];
  const body = item.body.flatMap((line) => {
    if (line.kind !== "const" && line.kind !== "param") return [];
    const { name, doc, span } = line;
    return [
      { name: name.text, label: `${name.text} = …`, doc: doc?.text ?? `\`${written(span)}\`` },
    ];
  });
  return signature(item.name.text, [...head, ...body]);
}

/** `euler(dt)` */
export function signatureOfChoice(name: string, options: readonly Word[]): Signature {
  return signature(
    name,
    options.map((option) => ({ name: option.name, label: option.name, doc: option.meaning })),
  );
}

function signature(name: string, parameters: Signature["parameters"]): Signature {
  return { label: `${name}(${parameters.map(({ label }) => label).join(", ")})`, parameters };
}

/** What an option of a catalogue entry means; null for one that there is not. */
export function describeOption(registry: Registry, of: string, name: string): string | null {
  const lagrangian = registry.lagrangians.get(of);
  const synapse = registry.hypersynapses.get(of);
  const option = [...(lagrangian?.options ?? []), ...(synapse?.options ?? [])].find(
    (one) => one.name === name,
  );
  if (option !== undefined) return optionText(option);
  const dim = synapse?.dims.find((one) => one.name === name);
  if (dim !== undefined) return dim.meaning;
  const param = synapse?.params.find((one) => one.name === name);
  if (param !== undefined) return `a param [${param.axes.join(", ")}] of \`${of}\``;
  const choices = [
    ...VOCABULARY.solvers,
    ...VOCABULARY.optimisers,
    ...VOCABULARY.gradients,
    ...VOCABULARY.distributions,
    ...VOCABULARY.feedDistributions,
  ];
  return (
    choices.find((one) => one.name === of)?.options.find((one) => one.name === name)?.meaning ??
    null
  );
}

function optionLine(option: OptionDefinition | HypersynapseOption): string {
  return `- \`${option.name}\`: ${optionText(option)}`;
}

/** What an option means, its bounds, its words and its default. */
export function optionText(option: OptionDefinition | HypersynapseOption): string {
  const words = "words" in option ? (option.words ?? []) : [];
  const usual = defaultText(option);
  return [
    option.meaning === "" ? "an option" : option.meaning,
    ...(option.bound === null ? [] : [boundText(option.bound)]),
    ...(words.length === 0 ? [] : [words.map((word) => `\`${word}\``).join(" or ")]),
    usual === null ? "must be given" : `default ${usual}`,
  ].join("; ");
}

function boundText({ op, value }: Bound): string {
  return `${op} ${value}`;
}

function defaultText({ default: usual }: OptionDefinition | HypersynapseOption): string | null {
  if (usual === null) return null;
  if (typeof usual === "function") return "follows from the axes";
  return typeof usual === "object" ? `[${usual.join(", ")}]` : String(usual);
}

function papers(references: readonly string[]): string {
  return references.map((paper) => `*${paper}*`).join("  \n");
}

/** A piece of a model, to be shown as one. */
export function fenced(text: string): string {
  return `\`\`\`ham\n${text}\n\`\`\``;
}

/** Paragraphs, without the empty ones. */
export function paragraphs(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}
