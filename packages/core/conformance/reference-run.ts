// Expressions in float64, by the interpreter of the graph.

import type { Output } from "@hamlet/core";
import { evaluate } from "@hamlet/graph";
import type { Setting } from "./setting.ts";

/** The outputs in float64, one example after the other. */
export function runReference(outputs: readonly Output[], setting: Setting): Map<string, number[]> {
  const { bound, batch = 1, time = 0.25, sizes } = setting;
  const results = new Map(outputs.map(({ name }) => [name, [] as number[]]));
  for (let example = 0; example < batch; example++) {
    const tensors = new Map(
      [...bound].map(([tensor, { batched, values }]) => {
        const all = Array.from(values);
        const size = all.length / (batched ? batch : 1);
        return [tensor, batched ? all.slice(example * size, (example + 1) * size) : all] as const;
      }),
    );
    for (const { name, value, indices } of outputs) {
      const { data } = evaluate(value, { tensors, time, ...(sizes && { sizes }) }, indices);
      results.get(name)!.push(...data);
    }
  }
  return results;
}
