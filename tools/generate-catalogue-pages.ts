// Writes the two pages of the catalogue, and a picture for every Lagrangian with its numbers, from the
// entries themselves.
//
//     node tools/generate-catalogue-pages.ts

import { mkdirSync, writeFileSync } from "node:fs";
import { LAGRANGIANS } from "../packages/lagrangians/src/index.ts";
import { hypersynapsePage } from "./catalogue-pages/hypersynapses.ts";
import { lagrangianPage } from "./catalogue-pages/lagrangians.ts";
import { type Curves, lagrangianCurves, lagrangianPicture } from "./catalogue-pages/picture.ts";
import { compact } from "./pictures/picture.ts";

const SITE = new URL("../apps/docs/src/", import.meta.url);

/** Digits of the numbers of a picture. */
const DIGITS = 5;

/** Every file that the catalogue is shown in, by its place in the sources of the site. */
export function cataloguePages(): Map<string, string> {
  return new Map([
    ["content/docs/reference/lagrangians.md", lagrangianPage()],
    ["content/docs/reference/hypersynapses.md", hypersynapsePage()],
    ...LAGRANGIANS.flatMap((definition) => {
      const numbers = `${compact(lagrangianCurves(definition), DIGITS)}\n`;
      const path = `assets/lagrangians/${definition.name}`;
      return [
        [`${path}.json`, numbers],
        [`${path}.svg`, lagrangianPicture(JSON.parse(numbers) as Curves)],
      ] as const;
    }),
  ]);
}

if (import.meta.main) {
  mkdirSync(new URL("assets/lagrangians/", SITE), { recursive: true });
  for (const [path, text] of cataloguePages()) writeFileSync(new URL(path, SITE), text);
}
