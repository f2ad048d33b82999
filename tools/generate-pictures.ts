// Draws the pictures of pages, apps/docs/src/assets/*, of the numbers beside them, *.json. Those of the
// Lagrangians are drawn by generate-catalogue-pages.ts.
//
//     node tools/generate-pictures.ts                  all, of the numbers that are there: seconds
//     node tools/generate-pictures.ts atlas zoo        these, of numbers computed anew

import { readFileSync, writeFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../apps/docs/src/pictures.ts";
import { PICTURES } from "./pictures/catalogue.ts";

const ASSETS = new URL("../apps/docs/src/assets/", import.meta.url);

const wanted = process.argv.slice(2);
const files = Object.keys(PICTURES);
const named = (name: string) => files.find((file) => file.replace(/\.\w+$/, "") === name);
const unknown = wanted.filter((name) => named(name) === undefined);
if (unknown.length > 0) {
  console.error(`there is no picture ${unknown.join(", ")}; there are ${files.join(", ")}`);
  process.exit(2);
}
await tf.setBackend("wasm");
for (const file of wanted.length > 0 ? wanted.map((name) => named(name)!) : files) {
  const { numbers, draw } = PICTURES[file];
  const beside = new URL(numbersOf(file), ASSETS);
  if (wanted.length > 0) writeFileSync(beside, await numbers());
  writeFileSync(new URL(file, ASSETS), await draw(readFileSync(beside, "utf8")));
  console.log(file);
}
