import {
  demandOf,
  type EnergyGraph,
  type Expr,
  HamError,
  reachOf,
  type Tensor,
  tensorsIn,
  type Training,
} from "@hamlet/graph";

/**
 * The params that a training changes: those behind its loss that are not frozen.
 * @throws HamError `ham/setting-trained` when a setting of the recall, or a feed, reads one: it has
 * no gradient; `ham/not-trainable` for a param of whole numbers, signs or bits.
 */
export function trainedParams(graph: EnergyGraph, training: Training): Tensor[] {
  const { recall, loss, feeds, freeze, name } = training;
  const trained = [...reachOf(graph, recall, loss).params].filter(
    (param) => !freeze.includes(param),
  );
  const fixed: readonly (readonly [string, readonly Expr[]])[] = [
    ["the number of steps", [recall.steps]],
    [`the solver "${recall.solver.name}"`, [...recall.solver.options.values()]],
    ["the condition to stop", recall.stop === null ? [] : [recall.stop]],
    [
      "a start that is drawn",
      recall.starts.flatMap((start) => (start.from === "draw" ? start.args : [])),
    ],
    ["a feed", feeds.flatMap((feed) => (feed.from === "draw" ? feed.args : [feed.value]))],
  ];
  const stepless = trained.find(({ elem }) => elem !== "real");
  if (stepless !== undefined) {
    throw new HamError(
      "ham/not-trainable",
      `The training "${name}" would change "${stepless.name}", which takes ${demandOf({ ...stepless, bound: null })}: no gradient step stays among them. Put it into freeze, or declare it real.`,
      { training: name, param: stepless.name },
    );
  }
  for (const [place, expressions] of fixed) {
    const read = tensorsIn(expressions);
    const param = trained.find((one) => read.has(one));
    if (param === undefined) continue;
    throw new HamError(
      "ham/setting-trained",
      `The training "${name}" changes "${param.name}", but ${place} reads it, and no gradient passes there. Use a const there, or put "${param.name}" into freeze.`,
      { training: name, param: param.name },
    );
  }
  return trained;
}
