// `feed NAME = …` and `feed NAME ~ …`: what a test or a training gives to a `given`.

import { type Expr, type Feed, type Recall, type Tensor, tensorsIn } from "@hamlet/graph";
import type * as ast from "../1-parse/ast.ts";
import { notFedHere } from "../rules/not-fed.ts";
import type { Span } from "../source.ts";
import { FEED_DISTRIBUTIONS } from "./distributions.ts";
import { drawFrom } from "./draw.ts";
import { lowerEntrywise } from "./entrywise.ts";
import type { Lowering } from "./lowering.ts";
import { bindTarget } from "./recall.ts";

/** Lowers a feed, or reports and returns null. */
export function lowerFeed(model: Lowering, line: ast.FeedStep): Feed | null {
  const [name] = line.target.path.segments;
  const meaning = model.scope.meaning(name);
  if (meaning.kind === "broken") return null;
  if (meaning.kind !== "tensor" || meaning.tensor.kind !== "given") {
    const kind = meaning.kind === "tensor" ? meaning.tensor.kind : meaning.kind;
    model.diagnostics.report("E0404", name.span, {
      message: `\`feed\` gives values to a \`given\`, but \`${name.text}\` is ${kind === "data" ? "data" : `a ${kind}`}`,
      help: [`declare it \`given ${name.text}: …\`, or use its own value`],
    });
    return null;
  }
  const { tensor } = meaning;
  const bound = bindTarget(model, line.target, tensor);
  if (bound === null) return null;
  const place = { name: tensor.name, axes: tensor.axes, span: line.target.span };
  const { indices } = bound;
  const entry = (value: ast.Expression) => lowerEntrywise(model, value, place, bound);
  switch (line.init.kind) {
    case "value": {
      const value = entry(line.init.value);
      return value && { tensor, indices, from: "value", value };
    }
    case "draw": {
      const draw = drawFrom(line.init.distribution, model, FEED_DISTRIBUTIONS, entry);
      return draw && { tensor, indices, ...draw };
    }
    case "from":
      model.diagnostics.report("E0404", line.init.span, {
        message: "a feed takes a value or a draw, not a file",
        help: [`give the file where it is declared: \`given ${name.text}: … from "…"\``],
      });
      return null;
  }
}

/** E0804 for every given that a recall reads and that has neither a file nor a feed. */
export function checkFed(
  model: Lowering,
  run: { word: string; recall: Recall; span: Span },
  needed: ReadonlySet<Tensor>,
  feeds: readonly Feed[],
): boolean {
  const fed = new Set(feeds.map(({ tensor }) => tensor));
  const missing = [...needed].filter((tensor) => !fed.has(tensor) && tensor.source === null);
  for (const tensor of missing) {
    const declared = model.scope.declarations.get(tensor.name)!.name.span;
    const example = tensor.elem === "bool" || tensor.elem === "bit" ? "bernoulli(0.5)" : null;
    notFedHere(
      model.diagnostics,
      { word: run.word, recall: run.recall.name, span: run.span },
      {
        name: tensor.name,
        declared,
        use: useOf(run.recall, tensor),
        example: `~ ${example ?? (tensor.elem === "sign" ? "flip(…, 0.2)" : "normal(0, 1)")}`,
      },
    );
  }
  return missing.length === 0;
}

/** Where a recall reads a given, in words. */
function useOf(recall: Recall, tensor: Tensor): string {
  const reads = (expressions: readonly (Expr | null)[]) =>
    tensorsIn(expressions.filter((expr) => expr !== null)).has(tensor);
  if (
    reads(recall.starts.flatMap((start) => (start.from === "value" ? [start.value] : start.args)))
  ) {
    return "its start";
  }
  if (reads(recall.clamps.flatMap(({ where, value }) => [where, value]))) return "its clamp";
  if (reads(recall.schedules.map(({ value }) => value))) return "its schedule";
  return "the energy";
}
