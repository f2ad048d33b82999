import type { Inputs } from "@hamlet/core";
import { HamError, type Recall, sizeOfDim } from "@hamlet/graph";
import type { RecallSetup } from "./recall.ts";

/** What the numbers of a recall may come as. */
const DTYPES: readonly string[] = ["float32", "int32", "bool"];

/** @throws HamError `ham/disposed`. */
export function assertAlive({ name }: Recall, disposed: boolean): void {
  if (!disposed) return;
  throw new HamError("ham/disposed", `The recall "${name}" was disposed and cannot run any more.`);
}

/** @throws HamError `ham/bad-setting` for a number of examples that is none. */
export function assertCount({ name }: Recall, batch = 1): void {
  if (Number.isSafeInteger(batch) && batch >= 0) return;
  throw new HamError(
    "ham/bad-setting",
    `The recall "${name}": expected "batch" to be a whole number from 0 up, found ${batch}.`,
    { name, batch },
  );
}

/**
 * Throws where the tensors of a recall cannot be read, or do not have the shape `[B, …axes]` with
 * one B for all, which is `batch` where that is said.
 *
 * @throws HamError `ham/tensor-disposed`, `ham/given-dtype`, `ham/given-shape`,
 * `ham/batch-mismatch`.
 */
export function assertGivens(
  { name }: Recall,
  { sizes, values }: Pick<RecallSetup, "sizes" | "values">,
  { givens = new Map(), batch }: { readonly givens?: Inputs; readonly batch?: number } = {},
): void {
  for (const [{ name: what }, tensor] of [...values, ...givens]) {
    if (!tensor.isDisposed) continue;
    throw new HamError(
      "ham/tensor-disposed",
      `The recall "${name}" reads "${what}", whose tensor was disposed. Dispose of it after the recall.`,
      { name: what },
    );
  }
  let first: { name: string; batch: number } | null = null;
  for (const [given, { dtype, shape }] of givens) {
    if (!DTYPES.includes(dtype)) {
      throw new HamError(
        "ham/given-dtype",
        `"${given.name}" takes numbers: expected a tensor of float32, int32 or bool, found ${dtype}.`,
        { name: given.name, dtype },
      );
    }
    const wanted = given.axes.map((dim) => sizeOfDim(dim, { sizes }));
    const fits =
      shape.length === wanted.length + 1 && wanted.every((size, axis) => size === shape[axis + 1]);
    if (!fits) {
      throw new HamError(
        "ham/given-shape",
        `"${given.name}": expected the shape [${["B", ...wanted].join(", ")}], found [${shape.join(", ")}].`,
        { name: given.name, shape: [...shape] },
      );
    }
    first ??= { name: given.name, batch: shape[0] };
    if (first.batch !== shape[0]) {
      throw new HamError(
        "ham/batch-mismatch",
        `"${first.name}" holds ${first.batch} examples and "${given.name}" ${shape[0]}. Give each the same number.`,
      );
    }
  }
  if (first === null || batch === undefined || batch === first.batch) return;
  throw new HamError(
    "ham/batch-mismatch",
    `"${first.name}" holds ${first.batch} examples, and the recall "${name}" is asked for ${batch}. Leave "batch" out: it is for recalls that are given nothing.`,
  );
}
