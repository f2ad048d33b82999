// What the panels of the page show beside the picture, found out in the worker when one is open.

import { isSound } from "@hamlet/dsl";
import type { Charting } from "./atlas.ts";
import type { Tensor } from "@hamlet/graph";
import type { Entries } from "@hamlet/ham";
import type { MadeFile } from "./files.ts";
import { type Hypergraph, hypergraphOf } from "./hypergraph.ts";
import { compileText } from "./memory.ts";
import type { Points } from "./points.ts";
import { type Rule, ruleOf } from "./rule.ts";
import type { Scene } from "./scene.ts";
import type { Tested } from "./text-tests.ts";

/** What is known for the panels that are open. */
export interface Found {
  /** The model as formulas. */
  readonly rule?: Rule;
  /** Its fixed points. */
  readonly points?: Points;
  /** Its fixed points with the ways between them. */
  readonly atlas?: Charting;
  readonly graph?: Hypergraph;
  readonly tests?: Tested;
  /** A file that was asked for. */
  readonly file?: MadeFile;
}

/** What a text says without being run; nothing where it cannot be read. */
export async function explained(
  { text, panels = [] }: Scene,
  entries: ReadonlyMap<Tensor, Entries> | undefined,
): Promise<Found> {
  const compilation = compileText(text);
  if (!isSound(compilation)) return {};
  const { graph } = compilation;
  return {
    ...(panels.includes("rule") && { rule: ruleOf(graph, sizesOf(entries)) }),
    ...(panels.includes("graph") && { graph: await hypergraphOf(graph) }),
  };
}

/** The sizes of the dims by their names, as far as arrays tell them. */
function sizesOf(entries: ReadonlyMap<Tensor, Entries> = new Map()): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [{ axes }, { shape }] of entries) {
    // A given has its examples first.
    const own = shape.slice(shape.length - axes.length);
    axes.forEach(({ name }, k) => sizes.set(name, own[k]));
  }
  return sizes;
}
