// Every figure of the sources: where it stands there, on which page it has its place here, and what made it.

import type { Figure } from "./figure.ts";

/** A source. */
export type Source =
  | "building-blocks"
  | "binary-dense-storage"
  | "drdam"
  | "drdam-early"
  | "diffusion"
  | "kohonen"
  | "energy-transformer";

/** A figure of a source, and its place here. */
export interface SourceFigure {
  /** Which figure of which source. */
  readonly source: string;
  /** The page, as the last part of its address below `/notebooks/`. */
  readonly page: Source;
  /** What made its numbers. */
  readonly command: string;
}

const GENERATE = "node tools/generate-notebook-figures.ts";

const figure = (page: Source, source: string, command: string): SourceFigure => ({
  source,
  page,
  command,
});

/** Figures by their names, on every page in their order. */
export const FIGURES: Readonly<Record<string, SourceFigure>> = {
  "blocks-hypergraph": figure(
    "building-blocks",
    "Its figure 1, of a memory as a hypergraph",
    `${GENERATE} blocks`,
  ),
  "blocks-lagrangians": figure("building-blocks", "Its example Lagrangians", `${GENERATE} blocks`),
  "blocks-energies": figure(
    "building-blocks",
    "Its claim that the energy of the whole falls",
    `${GENERATE} blocks`,
  ),
  "binary-icons": figure(
    "binary-dense-storage",
    "Its pictures of damaged patterns and what comes back",
    `${GENERATE} binary`,
  ),
  "binary-energies": figure(
    "binary-dense-storage",
    "Its energies along a recall",
    `${GENERATE} binary`,
  ),
  "binary-capacity": figure(
    "binary-dense-storage",
    "Its question how many patterns fit",
    "ham capacity --size 100 --trials 60 --json",
  ),
  "drdam-exact": figure("drdam", "Its first figure", `${GENERATE} drdam`),
  "drdam-exact-descents": figure("drdam", "Its second figure", `${GENERATE} drdam`),
  "drdam-kernels": figure(
    "drdam",
    "Its third figure, and the same with one β",
    `${GENERATE} drdam`,
  ),
  "drdam-features": figure("drdam", "Its fourth figure", `${GENERATE} drdam`),
  "drdam-landscapes": figure("drdam", "Its fifth figure", `${GENERATE} drdam`),
  "drdam-descents": figure("drdam", "Its sixth figure", `${GENERATE} drdam`),
  "drdam-energies": figure("drdam", "Its seventh figure", "ham reproduce drdam --short --json"),
  "drdam-early-energies": figure(
    "drdam-early",
    "Its only figure",
    "ham reproduce drdam-early --json",
  ),
  "diffusion-patterns": figure("diffusion", "Its first figure", `${GENERATE} exact-diffusion`),
  "diffusion-losses": figure("diffusion", "Its losses, which it prints", `${GENERATE} diffusion`),
  "diffusion-samples": figure(
    "diffusion",
    "Its samples, which it draws into its second figure",
    `${GENERATE} diffusion`,
  ),
  "diffusion-landscapes": figure("diffusion", "Its second figure", `${GENERATE} diffusion`),
  "diffusion-surfaces": figure("diffusion", "Its third figure", `${GENERATE} diffusion`),
  "diffusion-cooling": figure(
    "diffusion",
    "Its equation of the exact energy",
    `${GENERATE} exact-diffusion`,
  ),
  "diffusion-exact": figure("diffusion", "Its fourth figure", `${GENERATE} exact-diffusion`),
  "kohonen-cosine": figure("kohonen", "Its first figure", "ham reproduce kohonen --short --json"),
  "kohonen-distance": figure(
    "kohonen",
    "Its second figure",
    "ham reproduce kohonen --short --json",
  ),
  "kohonen-dimensions": figure(
    "kohonen",
    "Its third figure",
    "ham reproduce kohonen --short --json",
  ),
  "kohonen-methods": figure("kohonen", "Its fourth figure", "ham reproduce kohonen --short --json"),
  "transformer-energies": figure(
    "energy-transformer",
    "Its energies along the steps of a block",
    `${GENERATE} transformer`,
  ),
  "transformer-attention": figure(
    "energy-transformer",
    "Its attention, seen from a hidden patch",
    `${GENERATE} attention`,
  ),
};

declare global {
  interface ImportMeta {
    /** Vite's: files by their paths. */
    glob(pattern: string, options: { eager: true; import: "default" }): Record<string, unknown>;
  }
}

const DATA = import.meta.glob("./data/*.json", { eager: true, import: "default" });

/** The numbers of a figure. */
export function dataOf(id: string): Figure {
  return tableOf<Figure>(id);
}

/** What was computed under a name. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- files have no types of their own
export function tableOf<Table>(name: string): Table {
  const found = DATA[`./data/${name}.json`];
  if (found === undefined) throw new Error(`there is no ${name}.json among the numbers of figures`);
  return found as Table;
}

/** Which figure of its page it is, from 1 on. */
export function numberOf(id: string): number {
  const { page } = FIGURES[id];
  const there = Object.entries(FIGURES).filter(([, one]) => one.page === page);
  return 1 + there.findIndex(([name]) => name === id);
}
