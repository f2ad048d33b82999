// Draws apps/docs/public/social.png, the picture by which a link to the site is shown elsewhere: the
// name, what it is, and the two valleys of the mark with a ball in one.
//
//     node tools/generate-social-picture.ts

import { readFileSync, writeFileSync } from "node:fs";
import { svgToPng } from "../apps/cli/src/pictures/landscape-plot.ts";

const PUBLIC = new URL("../apps/docs/public/", import.meta.url);
const mark = readFileSync(new URL("favicon.svg", PUBLIC), "utf8");
const [, shapes] = /<svg[^>]*>([^]*)<\/svg>/.exec(mark)!;

/** Half of 1200 by 630, which is what those who show such pictures ask for. */
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="315" font-family="DejaVu Sans">
  <rect width="600" height="315" fill="#17181c"/>
  <g transform="translate(330 32) scale(7.8)">${shapes}</g>
  <text x="44" y="140" font-size="52" font-weight="bold" fill="white">Hamlet</text>
  <text x="46" y="180" font-size="17" fill="#c0c2c7">Associative memories</text>
  <text x="46" y="206" font-size="17" fill="#c0c2c7">you can write down.</text>
</svg>`;
writeFileSync(new URL("social.png", PUBLIC), svgToPng(picture));
