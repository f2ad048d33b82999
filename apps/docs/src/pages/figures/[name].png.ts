// The maps of figures as picture files.

import { dataOf, FIGURES } from "../../notebooks/figures.ts";
import { mapPng } from "../../notebooks/map-png.ts";
import { reliefPng } from "../../notebooks/relief.ts";

/** One file for every panel with a map. */
export function getStaticPaths() {
  return Object.keys(FIGURES).flatMap((id) =>
    dataOf(id).panels.flatMap(({ map, relief = false }, k) =>
      map === undefined ? [] : [{ params: { name: `${id}-${k}` }, props: { map, relief } }],
    ),
  );
}

interface Props {
  readonly map: Parameters<typeof mapPng>[0];
  readonly relief: boolean;
}

export function GET({ props: { map, relief } }: { readonly props: Props }) {
  const png = relief ? reliefPng(map) : mapPng(map);
  return new Response(png, { headers: { "content-type": "image/png" } });
}
