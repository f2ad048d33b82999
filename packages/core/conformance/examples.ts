// The examples of the repository, as small models with what the float64 interpreter gives for them.
//
// They are imported one by one, so that a bundle for a browser holds them too.

import { type ExampleFile, readExample } from "@hamlet/testing";
import hopfield from "../../../fixtures/models/01-hopfield.json" with { type: "json" };
import densePolynomial from "../../../fixtures/models/02-dense-polynomial.json" with { type: "json" };
import denseExponential from "../../../fixtures/models/02b-dense-exponential.json" with { type: "json" };
import denseLseDot from "../../../fixtures/models/03a-dense-lse-dot.json" with { type: "json" };
import denseLseEuclid from "../../../fixtures/models/03b-dense-lse-euclid.json" with { type: "json" };
import twoLayer from "../../../fixtures/models/04-two-layer.json" with { type: "json" };
import deepConv from "../../../fixtures/models/05-deep-conv.json" with { type: "json" };
import energyTransformer from "../../../fixtures/models/06-energy-transformer.json" with { type: "json" };
import drdam from "../../../fixtures/models/07-drdam.json" with { type: "json" };
import neuronAstrocyte from "../../../fixtures/models/08-neuron-astrocyte.json" with { type: "json" };
import plugin from "../../../fixtures/models/09-plugin.json" with { type: "json" };
import weightSharing from "../../../fixtures/models/10-weight-sharing.json" with { type: "json" };
import mnistMemory from "../../../fixtures/models/11-mnist-memory.json" with { type: "json" };
import stacked from "../../../fixtures/models/12-stacked.json" with { type: "json" };
import heteroAssociative from "../../../fixtures/models/13-hetero-associative.json" with { type: "json" };
import inpainting from "../../../fixtures/models/14-inpainting.json" with { type: "json" };
import sequence from "../../../fixtures/models/15-sequence.json" with { type: "json" };
import digits from "../../../fixtures/models/digits.json" with { type: "json" };
import type { ExampleCase } from "./case.ts";

/** The files of `fixtures/models`, by name. */
export const EXAMPLES = {
  "01-hopfield": hopfield,
  "02-dense-polynomial": densePolynomial,
  "02b-dense-exponential": denseExponential,
  "03a-dense-lse-dot": denseLseDot,
  "03b-dense-lse-euclid": denseLseEuclid,
  "04-two-layer": twoLayer,
  "05-deep-conv": deepConv,
  "06-energy-transformer": energyTransformer,
  "07-drdam": drdam,
  "08-neuron-astrocyte": neuronAstrocyte,
  "09-plugin": plugin,
  "10-weight-sharing": weightSharing,
  "11-mnist-memory": mnistMemory,
  "12-stacked": stacked,
  "13-hetero-associative": heteroAssociative,
  "14-inpainting": inpainting,
  "15-sequence": sequence,
  digits,
} as unknown as Readonly<Record<string, ExampleFile>>;

const ROWS = {
  energy: "energy of an example",
  velocities: "velocities of an example",
  states: "20 steps of an example",
} as const;

/** The energy, the velocities and a descent of every example; binary ones do not descend. */
export function exampleCases(): ExampleCase[] {
  return Object.entries(EXAMPLES).flatMap(([file, content]) => {
    const model = readExample(content);
    const asked = (["energy", "velocities", "states"] as const).filter(
      (asks) => model.expected[asks] !== null,
    );
    return asked.map((asks) => ({ kind: "example", row: ROWS[asks], name: file, asks, model }));
  });
}
