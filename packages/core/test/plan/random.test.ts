// Any well-typed expression computes what the float64 interpreter computes.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { type Expr, HamError } from "@hamlet/graph";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as fc from "fast-check";
import { describe, test } from "vitest";
import { ExpressionSource } from "./any-expression.ts";
import { expectAgreement } from "./compare.ts";
import { runReference } from "../../conformance/reference-run.ts";
import { world } from "../../conformance/world.ts";
import { law } from "../../../../tools/law.ts";

/** Beyond this, float32 rounding alone can pass the tolerance of the comparison. */
const MODERATE = 30;

/** The largest size of a part of an expression, in float64; infinite where one is not finite. */
function largest(outputs: Parameters<typeof runReference>[0], setting: ReturnType<typeof world>) {
  const values = [...runReference(outputs, setting).values()].flat();
  return values.reduce((top, x) => Math.max(top, Number.isNaN(x) ? Infinity : Math.abs(x)), 0);
}

function parts(expr: Expr, found = new Set<Expr>()): Set<Expr> {
  if (found.has(expr)) return found;
  found.add(expr);
  if (expr.kind === "apply") for (const arg of expr.args) parts(arg, found);
  if (expr.kind === "select") {
    for (const part of [expr.condition, expr.whenTrue, expr.whenFalse]) parts(part, found);
  }
  if (expr.kind === "reduce" || expr.kind === "softmax") parts(expr.body, found);
  return found;
}

/** True when the planner names a limit of TensorFlow.js instead of planning. */
function tooManyAxes(error: unknown): boolean {
  return HamError.isInstance(error) && error.code === "core/too-many-axes";
}

// A second each, on a machine that does nothing else.
describe.each(NODE_BACKENDS)("on %s", (backend) => {
  test.each([
    ["batched", true],
    ["without a batch axis", false],
  ])("random expressions agree with the interpreter, %s", async (_, batched) => {
    await useBackend(backend);
    const setting = world({ batched, batch: 2 });
    law(
      fc.property(fc.gen(), (draw) => {
        const source = new ExpressionSource(draw);
        const indices = Array.from({ length: draw(fc.nat, { max: 2 }) }, () =>
          source.index(source.dim()),
        );
        const value = source.expression(indices, 4);
        const everything = [...parts(value)].map((part, k) => ({
          name: `${k}`,
          value: part,
          indices: part.free,
          batched: true,
        }));
        fc.pre(largest(everything, setting) < MODERATE);
        try {
          expectNoLeak(() => expectAgreement([{ name: "value", value, indices }], setting));
        } catch (error) {
          if (!tooManyAxes(error)) throw error;
        }
      }),
      75,
      { maxSkipsPerRun: 20 },
    );
  });
});
