// Who owns what: a program borrows its inputs, keeps what a stage computes until the stage is bound
// again, and leaves nothing behind, whatever goes wrong.

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { makeProgram, plan, type Program, type Stage } from "@hamlet/core";
import {
  add,
  apply,
  type Expr,
  get,
  makeTensor,
  mul,
  pow,
  lit,
  sum,
  type Tensor,
} from "@hamlet/graph";
import { expectNoLeak, expectNoLeakOnFailure, NODE_BACKENDS, useBackend } from "@hamlet/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { planFor, upload } from "../../conformance/setting.ts";
import { A, beta, bias, cue, i, j, pair, v, world } from "../../conformance/world.ts";

// Work at every stage: tanh(pair) at load, + bias at param, · cue at example, · v at a step.
const slope = sum(
  [j],
  mul(
    add(apply("tanh", get(pair, [i, j])), get(bias, [j])),
    apply("exp", get(cue, [j])),
    get(v, [i]),
  ),
);
const setting = world({ batch: 3 });
const outputs = [
  { name: "slope", value: slope, indices: [i], batched: true },
  { name: "early", value: apply("exp", get(beta)), indices: [], batched: false },
  { name: "input", value: get(v, [i]), indices: [i], batched: true },
];

/** Runs `use` with a program and inputs that are all given back afterwards. */
function withProgram<T>(use: (program: Program, inputs: Map<Tensor, tf.Tensor>) => T): T {
  const inputs = upload(setting);
  const program = makeProgram(planFor(outputs, setting));
  try {
    return use(program, inputs);
  } finally {
    program.dispose();
    tf.dispose([...inputs.values()]);
  }
}

function bindAll(program: Program, inputs: ReadonlyMap<Tensor, tf.Tensor>): void {
  for (const stage of ["load", "param", "example"] as const) program.bind(stage, inputs);
}

/** One step as numbers. */
function stepped(program: Program, inputs: ReadonlyMap<Tensor, tf.Tensor>) {
  const results = program.step(inputs, { batch: 3 });
  const values = [...results.get("slope")!.dataSync()];
  tf.dispose([...results.values()]);
  return values;
}

const withCode = (code: string) => expect.objectContaining({ code });

describe.each(NODE_BACKENDS)("on %s", (backend) => {
  beforeEach(() => useBackend(backend));

  test("binding, stepping and disposing leave no tensor", () => {
    expectNoLeak(() =>
      withProgram((program, inputs) => {
        bindAll(program, inputs);
        const before = tf.memory().numTensors;
        const first = stepped(program, inputs);
        expect(stepped(program, inputs)).toEqual(first);
        expect(tf.memory().numTensors).toBe(before);
      }),
    );
  });

  test("whichever operation fails, nothing is left and the program can be used again", async () => {
    const inputs = upload(setting);
    const ran = await expectNoLeakOnFailure(() => {
      using program = makeProgram(planFor(outputs, setting));
      bindAll(program, inputs);
      stepped(program, inputs);
    });
    expect(ran).toBeGreaterThan(5);
    using program = makeProgram(planFor(outputs, setting));
    bindAll(program, inputs);
    const first = stepped(program, inputs);
    await expectNoLeakOnFailure(() => stepped(program, inputs));
    expect(stepped(program, inputs)).toEqual(first);
    tf.dispose([...inputs.values()]);
  });

  test("a step gives one tensor for every output, and each is the caller's own", () => {
    withProgram((program, inputs) => {
      bindAll(program, inputs);
      const before = tf.memory().numTensors;
      const results = program.step(inputs, { batch: 3 });
      expect(tf.memory().numTensors).toBe(before + 3);
      // Disposing the outputs harms neither the inputs nor what the program keeps.
      tf.dispose([...results.values()]);
      const again = program.step(inputs, { batch: 3 });
      expect([...again.get("input")!.dataSync()]).toEqual([...inputs.get(v)!.dataSync()]);
      expect(again.get("early")!.dataSync()[0]).toBeCloseTo(Math.exp(1.5), 5);
      tf.dispose([...again.values()]);
    });
  });

  test("binding a stage again replaces what was computed, and what comes after it", () => {
    withProgram((program, inputs) => {
      bindAll(program, inputs);
      const first = stepped(program, inputs);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const doubled = new Map(inputs).set(pair, tf.mul(inputs.get(pair)!, 2));
        bindAll(program, doubled);
        expect(stepped(program, doubled)).not.toEqual(first);
      });
      bindAll(program, inputs);
      expect(stepped(program, inputs)).toEqual(first);
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  test("what is bound inside of a caller's tidy outlives it", () => {
    withProgram((program, inputs) => {
      bindAll(program, inputs);
      const expected = stepped(program, inputs);
      tf.tidy(() => bindAll(program, inputs));
      expect(stepped(program, inputs)).toEqual(expected);
    });
  });

  test("cues may come in another number than before", () => {
    withProgram((program, inputs) => {
      bindAll(program, inputs);
      tf.tidy(() => {
        const five = new Map(inputs).set(cue, tf.zeros([5, 3])).set(v, tf.ones([5, 3]));
        program.bind("example", five);
        const results = program.step(five, { batch: 5 });
        expect(results.get("slope")!.shape).toEqual([5, 3]);
      });
    });
  });

  test.each<[Exclude<Stage, "step">]>([["load"], ["param"], ["example"]])(
    "a step without the %s stage names the call that is missing",
    (missing) => {
      expectNoLeak(() =>
        withProgram((program, inputs) => {
          for (const stage of ["load", "param", "example"] as const) {
            if (stage === missing) break;
            program.bind(stage, inputs);
          }
          const before = tf.memory().numTensors;
          expect(() => program.step(inputs, { batch: 3 })).toThrow(
            withCode("core/stage-not-bound"),
          );
          expect(tf.memory().numTensors).toBe(before);
        }),
      );
    },
  );

  test("stages bound in the wrong order name the one that is missing", () => {
    expectNoLeak(() =>
      withProgram((program, inputs) => {
        expect(() => program.bind("param", inputs)).toThrow('bind("load", …)');
      }),
    );
  });

  test("a missing input is named, at a bind and at a step", () => {
    expectNoLeak(() =>
      withProgram((program, inputs) => {
        const without = (tensor: Tensor) => new Map([...inputs].filter(([key]) => key !== tensor));
        expect(() => program.bind("load", without(pair))).toThrow(withCode("core/missing-input"));
        bindAll(program, inputs);
        expect(() => program.bind("example", without(cue))).toThrow('"cue"');
        program.bind("example", inputs);
        expect(() => program.step(without(v), { batch: 3 })).toThrow('"v"');
        expect(stepped(program, inputs)).toHaveLength(9);
      }),
    );
  });

  test("an input of another shape is named with both shapes", () => {
    expectNoLeak(() =>
      withProgram((program, inputs) => {
        bindAll(program, inputs);
        expect(() => program.step(inputs, { batch: 4 })).toThrow("[3, 3], where [4, 3]");
        tf.tidy(() => {
          const wide = new Map(inputs).set(pair, tf.ones([3, 4]));
          expect(() => program.bind("load", wide)).toThrow(withCode("core/input-shape"));
        });
      }),
    );
  });

  test("a disposed program refuses to run, and may be disposed again", () => {
    expectNoLeak(() =>
      withProgram((program, inputs) => {
        bindAll(program, inputs);
        program.dispose();
        program.dispose();
        expect(() => program.bind("load", inputs)).toThrow(withCode("core/disposed"));
        expect(() => program.step(inputs, { batch: 3 })).toThrow(withCode("core/disposed"));
      }),
    );
  });

  test("`using` disposes a program", () => {
    expectNoLeak(() => {
      const inputs = upload(setting);
      {
        using program = makeProgram(planFor(outputs, setting));
        bindAll(program, inputs);
      }
      tf.dispose([...inputs.values()]);
    });
  });

  test("a plan whose inputs all come at load runs without any batch", () => {
    expectNoLeak(() => {
      const x = makeTensor("x", "data", [A]);
      const norm: Expr = sum([i], pow(get(x, [i]), lit(2)));
      using program = makeProgram(
        plan([{ name: "norm", value: norm, indices: [], batched: false }], {
          leaf: () => ({ stage: "load", batched: false }),
        }),
      );
      tf.tidy(() => {
        program.bind("load", new Map([[x, tf.tensor1d([1, 2, 3])]]));
        expect(program.step(new Map(), { batch: 1 }).get("norm")!.dataSync()[0]).toBe(14);
      });
    });
  });
});
