// The numbers of figures, for readers to load.

import { dataOf, FIGURES } from "../../notebooks/figures.ts";

/** One file for every figure. */
export function getStaticPaths() {
  return Object.keys(FIGURES).map((id) => ({ params: { name: id } }));
}

export function GET({ params }: { readonly params: { readonly name: string } }) {
  return Response.json({ ...FIGURES[params.name], ...dataOf(params.name) });
}
