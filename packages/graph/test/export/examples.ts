// The examples of the repository as models to export: the first example of every file in
// fixtures/models. Driven ones are not among them: no other program has computed them.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type ExampleFile,
  exampleTensors,
  readExample,
} from "../../../testing/src/example-model.ts";
import type { ExportCase } from "./models.ts";

const FOLDER = join(import.meta.dirname, "../../../../fixtures/models");

/** Every example, without its recalls: those of binary layers jump, others hold values. */
export function exampleCases(): ExportCase[] {
  return allExamples().filter(({ graph }) => graph.drives === undefined);
}

/** Those that a drive moves. */
export function drivenCases(): ExportCase[] {
  return allExamples().filter(({ graph }) => graph.drives !== undefined);
}

function allExamples(): ExportCase[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file): ExportCase => {
      const content = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as ExampleFile;
      const model = readExample(content);
      const tensors = exampleTensors(model, 0);
      return {
        name: basename(file, ".json"),
        graph: model.graph,
        environment: { sizes: new Map(), tensors, time: 0 },
      };
    });
}
