import {
  key,
  readCheckpoint,
  readSafetensors,
  writeCheckpoint,
  writeSafetensors,
} from "@hamlet/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyArrays } from "./any-array.ts";
import { law } from "../../../../tools/law.ts";

const arrays = new Map([["W", { shape: [2], dtype: "float32", data: new Float32Array([1, 2]) }]]);
const saved = { model: "abc", step: 12, key: key(7), arrays };

test("what is written is read back, bit for bit", () => {
  const counts = fc.maxSafeNat();
  law(
    fc.property(anyArrays, fc.string(), counts, counts, (state, model, step, seed) => {
      const written = { model, step, key: key(seed), arrays: state };
      const { arrays: read, ...rest } = readCheckpoint(writeCheckpoint(written), { model });
      expect(rest).toEqual({ model, step, key: key(seed) });
      expect(new Map(read)).toEqual(state);
    }),
    100,
  );
});

test("notes come back, and a file without readable ones is read all the same", () => {
  const notes = { optimiser: "adam(lr = 0.1)", "a b": '"quoted"' };
  expect(readCheckpoint(writeCheckpoint({ ...saved, notes }))).toEqual({ ...saved, notes });
  for (const broken of ["", "[1]", "null", "{"]) {
    const metadata = { checkpoint: "1", model: "abc", step: "12", key: "[0,7]", notes: broken };
    expect(readCheckpoint(writeSafetensors(arrays, { metadata }))).toEqual(saved);
  }
});

test("any reader of safetensors opens it", () => {
  const { arrays: read, metadata } = readSafetensors(writeCheckpoint(saved));
  expect(read).toEqual(arrays);
  expect(metadata).toEqual({ checkpoint: "1", model: "abc", step: "12", key: "[0,7]" });
});

describe("a checkpoint is refused", () => {
  const file = (metadata: Record<string, string>) => writeSafetensors(arrays, { metadata });
  const good = { checkpoint: "1", model: "abc", step: "12", key: "[0,7]" };

  test.each<[string, Uint8Array, string]>([
    [
      "of another model",
      file({ ...good, model: "xyz" }),
      "expected a checkpoint of the model abc, found one of xyz",
    ],
    [
      "of a newer version",
      file({ ...good, checkpoint: "2" }),
      "expected a checkpoint of version 1, found version 2",
    ],
    [
      "when it is none",
      file({}),
      "expected a checkpoint of version 1, found a safetensors file without one",
    ],
    ["with a broken step", file({ ...good, step: "-1" }), "expected a model, a step and a key"],
    ["with a broken key", file({ ...good, key: "[0,1.5]" }), "expected a model, a step and a key"],
    ["with half a key", file({ ...good, key: "[0" }), "expected a model, a step and a key"],
  ])("%s", (_, bytes, message) => {
    const read = () => readCheckpoint(bytes, { model: "abc", source: "out/fit.ckpt" });
    expect(read).toThrow(`out/fit.ckpt: ${message}`);
    expect(read).toThrow("Name the checkpoint that this model wrote");
  });

  test("before it is written, when step or key are none", () => {
    expect(() => writeCheckpoint({ ...saved, step: 0.5 })).toThrow("expected a count of steps");
    expect(() => writeCheckpoint({ ...saved, key: [-1, 0] })).toThrow(
      "expected a key, found [-1,0]",
    );
  });
});
