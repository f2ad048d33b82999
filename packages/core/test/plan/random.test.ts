// Any well-typed expression computes what the float64 interpreter computes.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { HamError } from "@hamlet/graph";
import { expectNoLeak, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as fc from "fast-check";
import { describe, test } from "vitest";
import { ExpressionSource, moderate } from "./any-expression.ts";
import { expectAgreement } from "./compare.ts";
import { world } from "../../conformance/world.ts";
import { law } from "../../../../tools/law.ts";

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
        fc.pre(moderate(value, setting));
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
