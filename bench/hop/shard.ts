// A process that holds patterns, reached in one of the ways.

import { atOnce, key, normal } from "../../packages/core/src/index.ts";
import { addPatterns, emptySoftmaxPart } from "../../packages/core/src/numbers.ts";
import { type Place, WAYS } from "./ways.ts";

const [name, about] = process.argv.slice(2) as [keyof typeof WAYS, string];
const { K, D, ...place } = JSON.parse(about) as Place & { K: number; D: number };
const patterns = Float64Array.from(normal(key(place.shard), [K, D]));

await WAYS[name].serve(place, (question) => {
  const queries = new Float64Array(Uint8Array.from(question).buffer);
  const asked = { queries, width: D, beta: 1, similarity: "dot" } as const;
  const part = emptySoftmaxPart(asked);
  atOnce(addPatterns(part, patterns, asked));
  const bytes = [part.largest, part.total, part.weighted].map((one) => new Uint8Array(one.buffer));
  return Buffer.concat(bytes);
});
process.send!("ready");
