// E0202 for what one declaration says twice, of which one would count for nothing, and E0404 for
// targets that name one position of an axis: a start, a clamp or a feed is about all of it.

import type * as ast from "../1-parse/ast.ts";
import { saidTwice } from "../rules/declared-twice.ts";
import { targetPosition } from "../rules/target-position.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";

interface Said {
  /** Two with one key say the same. */
  readonly key: string;
  readonly span: Span;
}

/** Reports both for every declaration of a file. */
export function reportSaidTwice({ file, diagnostics }: Written): void {
  const { text } = file.source;
  const written = ({ start, end }: Span) => text.slice(start, end);
  const named = (args: readonly ast.Arg[] = []): Said[] =>
    args.flatMap(({ name }) => (name === undefined ? [] : [{ key: name.text, span: name.span }]));
  const optionsOf = (value: ast.Expression) =>
    value.kind === "reference" ? named(value.args) : [];
  const check = (all: readonly Said[]) => {
    const seen = new Map<string, Span>();
    for (const { key, span } of all) {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, span);
      else saidTwice(diagnostics, key, first, span);
    }
  };
  const whole = (verb: string, { indices = [], path, span }: ast.Target): Said => {
    check(
      indices.flatMap((index) =>
        index.kind === "name" ? [{ key: index.name.text, span: index.span }] : [],
      ),
    );
    const position = indices.find((index) => index.kind === "number");
    if (position !== undefined) targetPosition(diagnostics, verb, written(path.span), position);
    return { key: `${verb} ${written(path.span)}`, span };
  };
  const line = (step: ast.RecallStep | ast.TrainStep | ast.TestStep): Said[] => {
    switch (step.kind) {
      case "start":
      case "feed":
        return [whole(step.kind, step.target)];
      case "clamp": {
        const said = whole("clamp", step.target);
        return step.where === undefined ? [said] : [];
      }
      case "schedule":
      case "record":
        return [{ key: `${step.kind} ${written(step.path.span)}`, span: step.path.span }];
      case "setting":
        check(optionsOf(step.value));
        return [{ key: step.name.text, span: step.name.span }];
      case "stop":
        return [{ key: "stop when", span: step.span }];
      case "run":
        return [{ key: "run", span: step.span }];
      case "metric":
        return [{ key: `metric ${step.name.text}`, span: step.name.span }];
      default:
        return [];
    }
  };
  // Whatever trains asks for a block by its name.
  check(
    file.items.flatMap((item) => {
      if (item.kind !== "train") return [];
      const { start } = item.span;
      const head = { start, end: start + "train".length };
      return [{ key: `train ${item.name?.text ?? ""}`.trim(), span: item.name?.span ?? head }];
    }),
  );
  for (const item of file.items) {
    switch (item.kind) {
      case "recall":
      case "train":
      case "test":
        check((item.steps as readonly Parameters<typeof line>[0][]).flatMap(line));
        break;
      case "neuron":
        check(named(item.lagrangian.args));
        check(
          item.settings.flatMap(({ kind, span }) => (kind === "broken" ? [] : { key: kind, span })),
        );
        break;
      case "connect":
      case "part":
        check(named(item.template.args));
        break;
      case "drive":
        whole("drive", item.target);
        break;
      case "lagrangian":
      case "synapse":
        check(
          item.body.flatMap(({ kind, span }) => {
            const key = { bodyEnergy: "energy", bodyValue: "value" }[kind as string];
            return key === undefined ? [] : { key, span };
          }),
        );
        break;
      default:
    }
  }
}
