// Which steps are left to tensors on a graphics card, and which engines other things than recalls take.

import "@tensorflow/tfjs-backend-wasm";
import { useBackend } from "@hamlet/testing";
import { beforeAll, expect, test } from "vitest";
import { engineFor, recallEngineFor } from "../../src/recall/engine.ts";
import type { StepPart } from "../../src/recall/describe.ts";
import { whyNotOnCard } from "../../src/recall/on-card.ts";

beforeAll(() => useBackend("wasm"));

const PART: StepPart = {
  of: "dynamics",
  kind: "product",
  ops: ["matmul"],
  reads: [],
  writes: [],
  bytes: 2 ** 24,
  flops: 0,
  functions: 0,
};

test("a step that one workgroup takes in a short time runs in shaders, with or without noise", () => {
  const noise: StepPart = { ...PART, of: "solver", kind: "host", ops: ["normal"], bytes: 0 };
  expect(whyNotOnCard([PART, PART])).toBeNull();
  expect(whyNotOnCard([noise, PART])).toBeNull();
});

test("a step that is too large, or waits for the processor, does not", () => {
  expect(whyNotOnCard([PART, PART, PART])).toBe(
    "a step of one example moves 48 MB, and more than 32 MB take one workgroup longer than the whole card",
  );
  const solved: StepPart = { ...PART, of: "solver", kind: "host", ops: ["least squares"] };
  expect(whyNotOnCard([solved])).toContain("its solver computes least squares on the processor");
});

test("shaders are for recalls, on the backend of WebGPU", () => {
  expect(recallEngineFor(undefined).name).toBe("simd");
  expect(() => recallEngineFor("webgpu")).toThrow('needs the backend "webgpu"');
  expect(() => engineFor("webgpu")).toThrow("runs recalls alone");
});
