// What a model does that does not say how it recalls.

import { defaultRecall, makeDim, makeNeuron, printText, type Recall } from "@hamlet/graph";
import { expect, test } from "vitest";

const [A, B] = [makeDim("A", 2), makeDim("B", 3)];

const layer = (kind: "smooth" | "binary", name: string, axes = [A, B]) =>
  makeNeuron(name, axes, {
    name: "any",
    summary: "",
    options: [],
    coupled: false,
    kind,
    value: (x) => x,
    references: [],
  });

const told = ({ solver: { name, options }, steps, stop }: Recall) => {
  const settings = [...options].map(([option, value]) => `${option} = ${printText(value)}`);
  return `${name}(${settings.join(", ")}), steps = ${printText(steps)}, stop when ${printText(stop!)}`;
};

test("a hundred steps of Euler, or until it rests", () => {
  const smooth = "euler(dt = 0.1), steps = 100, stop when change < 0.0001";
  expect(told(defaultRecall())).toBe(smooth);
  expect(told(defaultRecall([layer("smooth", "v")]))).toBe(smooth);
  expect(told(defaultRecall([layer("binary", "v"), layer("smooth", "h")]))).toBe(smooth);
});

test("a hundred visits of every unit, or until they settle, where all layers flip", () => {
  const layers = [layer("binary", "v"), layer("binary", "h", [B])];
  expect(told(defaultRecall(layers))).toBe("async(), steps = 900, stop when settled != 0");
});
