// What a formula may read depends on when it is asked, and on whether it is asked once for all
// examples: before a recall no layer has a value, and one number for all cannot follow an example.

import { eachPart } from "../expr/parts.ts";
import type { Expr, Get } from "../expr/types.ts";
import type { EnergyGraph, Feed, Recall, Start, TrainingChoice } from "../model/energy-graph.ts";

/** A layer, or a `given`, that is read where it has no value, or one of many. */
export interface MisplacedRead {
  /** Where: "a start", "the settings of a recall". */
  readonly place: string;
  /** What the place belongs to: a tensor, a neuron, a recall. */
  readonly owner: string;
  /** The whole formula. */
  readonly formula: Expr;
  readonly read: Get;
  /** Whether the formula may follow the examples. */
  readonly examples: boolean;
}

/** A formula, and whether it has a value for every example, or one for all. */
type Formula = readonly [place: string, owner: string, formula: Expr | null, examples: boolean];

/** Every read of a layer, or of a `given`, that no value of the model can answer. */
export function misplacedReads(graph: EnergyGraph): MisplacedRead[] {
  return formulasOf(graph).flatMap(([place, owner, formula, examples]) => {
    const found: MisplacedRead[] = [];
    eachPart(formula === null ? [] : [formula], (part) => {
      if (part.kind !== "get") return;
      const { kind } = part.tensor;
      if (kind !== "activation" && (kind !== "given" || examples)) return;
      found.push({ place, owner, formula: formula!, read: part, examples });
    });
    return found;
  });
}

/** A formula that was computed before a recall, and reads a const that the recall moves. */
export interface MissedSchedule extends Pick<
  MisplacedRead,
  "place" | "owner" | "formula" | "read"
> {
  readonly recall: string;
  /** Whether it is the first value of a const, which a `let` would follow. */
  readonly isConst: boolean;
}

/**
 * Every read of a scheduled const that its schedule does not reach: where settings and starts are
 * asked for once, and in consts that were computed from it. The temperature of a solver follows.
 */
export function missedSchedules({ tensors, recalls }: EnergyGraph): MissedSchedule[] {
  return recalls.flatMap((recall) => {
    const moved = new Set(recall.schedules.map(({ tensor }) => tensor));
    if (moved.size === 0) return [];
    const once = [
      ...formulasOfRecall({ ...recall, clamps: [], schedules: [] }),
      // One that reads its own const means the value that it had.
      ...recall.schedules.map(({ tensor: { name }, value }): Formula => [
        `that of \`${name}\``,
        name,
        value,
        true,
      ]),
    ];
    const consts = tensors.flatMap(({ name, kind, source }): Formula[] =>
      kind === "const" && source?.from === "value"
        ? [[`the const \`${name}\``, name, source.value, false]]
        : [],
    );
    const temperature = recall.solver.options.get("temperature");
    return [...once, ...consts].flatMap(([place, owner, formula], at): MissedSchedule[] => {
      if (formula === null || formula === temperature) return [];
      const found: MissedSchedule[] = [];
      eachPart([formula], (read) => {
        if (read.kind !== "get" || !moved.has(read.tensor) || read.tensor.name === owner) return;
        const isConst = at >= once.length;
        found.push({ recall: recall.name, place, owner, formula, read, isConst });
      });
      return found;
    });
  });
}

/** What is computed without layers; energies, losses, metrics and expectations read them. */
function formulasOf(graph: EnergyGraph): Formula[] {
  const { tensors, neurons, recalls, asserts = [], tests = [], trainings = [] } = graph;
  return [
    ...tensors.flatMap(({ name, source }): Formula[] => {
      const place = `the first value of \`${name}\``;
      if (source?.from === "value") return [[place, name, source.value, false]];
      if (source?.from !== "draw") return [];
      return source.args.map((arg): Formula => [place, name, arg, false]);
    }),
    ...neurons.flatMap(({ name, lagrangian, tau }): Formula[] => [
      [`the Lagrangian of \`${name}\``, name, lagrangian, true],
      [`the time constant of \`${name}\``, name, tau, true],
    ]),
    ...recalls.flatMap(formulasOfRecall),
    ...asserts.map(({ condition }): Formula => ["an assertion", "", condition, false]),
    ...tests.flatMap(({ seed, feeds }): Formula[] => [
      ["a seed", "", seed, false],
      ...formulasOfFeeds(feeds),
    ]),
    ...trainings.flatMap(({ name, feeds, gradient, optimiser, batch, epochs, clip }): Formula[] => [
      ...formulasOfFeeds(feeds),
      ...[...settingsOf(gradient), ...settingsOf(optimiser), batch, epochs, clip].map(
        (value): Formula => [`the settings of \`${name}\``, name, value, false],
      ),
    ]),
  ];
}

function formulasOfRecall({ name, starts, clamps, schedules, ...recall }: Recall): Formula[] {
  return [
    ...starts.flatMap(formulasOfStart(name)),
    ...clamps.flatMap(({ where, value }): Formula[] => [
      ["a clamp", name, where, true],
      ["a clamp", name, value, true],
    ]),
    ...schedules.map(({ value }): Formula => ["a schedule", name, value, true]),
    ["`stop when`", name, recall.stop, false],
    ...[...settingsOf(recall.solver), recall.steps].map((value): Formula => [
      `the settings of \`${name}\``,
      name,
      value,
      false,
    ]),
  ];
}

/** A draw has one distribution for all examples. */
function formulasOfStart(recall: string): (start: Start) => Formula[] {
  return (start) =>
    start.from === "value"
      ? [["a start", recall, start.value, true]]
      : start.args.map((arg): Formula => ["a draw", recall, arg, false]);
}

function formulasOfFeeds(feeds: readonly Feed[]): Formula[] {
  return feeds.flatMap((feed): Formula[] =>
    (feed.from === "value" ? [feed.value] : feed.args).map((value): Formula => [
      "a feed",
      feed.tensor.name,
      value,
      true,
    ]),
  );
}

function settingsOf({ options }: Pick<TrainingChoice, "options">): Expr[] {
  return [...options.values()];
}
