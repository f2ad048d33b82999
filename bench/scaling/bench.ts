// How the time of a recall grows with its sizes, on all threads and on one, beside those who do the same.
//
//     pnpm bench scaling [--quick] [--publish]
//
// `--quick` runs the two smallest sizes once, to see that they run; `--publish` puts the picture and the
// table on the page of the site, from a quiet machine only.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { useThreads } from "../../packages/core/src/index.ts";
import { threads } from "../../packages/core/src/run/simd/threads.ts";
import { shown } from "../compare.ts";
import { ASSETS, assertPublishable, load, processor, publish } from "../table/publish.ts";
import { mediansOf } from "../table/rounds.ts";
import { AXES } from "./axes.ts";
import { type Growth, markdown, svg } from "./render.ts";

const { values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
  },
});
if (flags.publish) assertPublishable(!flags.quick);

tf.env().set("PROD", true);
await tf.setBackend("wasm");
const all = threads();
const ways = { Hamlet: () => useThreads(all), "one thread": () => useThreads(1) };
const grown: Growth[] = [];
for (const { name, fixed, sizes, row } of AXES) {
  const points: Growth["points"][number][] = [];
  for (const size of flags.quick ? sizes.slice(0, 2) : sizes) {
    // The memory of programs is one that threads share from the first of them on.
    ways.Hamlet();
    const job = await row(size).make(false);
    const medians = await mediansOf(job, flags.quick ? 1 : 5, ways);
    job.end?.();
    points.push({ size, medians });
    const told = Object.entries(medians).map(([who, time]) => `${who} ${shown(time)}`);
    console.error(`${name} = ${size}: ${told.join(", ")}`);
  }
  grown.push({ name, fixed, points });
}
console.log(`\n${processor}; load ${load.toFixed(2)}\n\n${markdown(grown)}`);
if (flags.publish) {
  const picture = "![The time of a recall against its sizes](../../../assets/scaling.svg)";
  publish("scaling", processor, `${picture}\n\n${markdown(grown)}`);
  writeFileSync(join(ASSETS, "scaling.json"), `${JSON.stringify(grown)}\n`);
  writeFileSync(join(ASSETS, "scaling.svg"), svg(grown));
}
