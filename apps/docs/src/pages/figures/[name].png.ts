// The maps of figures as picture files.

import { dataOf, FIGURES } from "../../notebooks/figures.ts";
import { mapPng } from "../../notebooks/map-png.ts";

/** One file for every panel with a map. */
export function getStaticPaths() {
  return Object.keys(FIGURES).flatMap((id) =>
    dataOf(id).panels.flatMap(({ map }, k) =>
      map === undefined ? [] : [{ params: { name: `${id}-${k}` }, props: { map } }],
    ),
  );
}

export function GET({ props }: { readonly props: { readonly map: Parameters<typeof mapPng>[0] } }) {
  return new Response(mapPng(props.map), { headers: { "content-type": "image/png" } });
}
