// Whole numbers of formulas that float32 cannot hold: what runs is another number than what stands
// in the file.

import type * as ast from "../1-parse/ast.ts";
import { roundedNumber } from "../rules/rounded.ts";
import type { Span } from "../source.ts";
import type { Written } from "./graph-check.ts";

/** W0903 for every such number, and for every dim that a formula reads as one. */
export function reportRounded({ file, diagnostics, rounded }: Written): void {
  const held = file.items.flatMap(heldAsFloat32);
  for (const { value, span } of rounded) {
    const isHeld = held.some(({ start, end }) => start <= span.start && span.end <= end);
    if (isHeld) roundedNumber(diagnostics, value, span);
  }
}

/** Counts of steps and epochs, and what a test compares with, stay as they are. */
function heldAsFloat32(item: ast.Item): readonly Span[] {
  switch (item.kind) {
    case "train":
      return item.steps.flatMap((step) =>
        step.kind === "metric" || (step.kind === "setting" && step.name.text === "loss")
          ? [step.span]
          : [],
      );
    case "dim":
    case "recall":
    case "test":
    case "assert":
      return [];
    default:
      return [item.span];
  }
}
