// Figures, cards and tables as data: what the pages draw, and what readers can load.

/** An axis, with its unit in the label where it has one. */
export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
}

/** Points of one look. */
export interface Mark {
  readonly as: "line" | "dots" | "stars" | "crosses" | "arrows";
  /** Which colour: 1 to 5, or 0 for what is only there to compare with. */
  readonly ink: number;
  /** Stands in the legend. */
  readonly name?: string;
  readonly dashed?: boolean;
  readonly radius?: number;
  /** Arrows have two more numbers, where they point to. */
  readonly points: readonly (readonly number[])[];
  /** Standard errors of the second numbers, drawn twice as long. */
  readonly errors?: readonly number[];
  /** What is written beside the points. */
  readonly labels?: readonly string[];
}

/** One square of a figure. */
export interface Panel {
  readonly title?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Values from the lower left corner, row by row; null where there is none. */
  readonly map?: { readonly columns: number; readonly values: readonly (number | null)[] };
  /** Its map is shown as a surface in space; marks stand on paper, from 0 to 1. */
  readonly relief?: boolean;
  /** As high as it is wide, as maps are. */
  readonly square?: boolean;
  /** Drawn without axes: a picture. */
  readonly bare?: boolean;
  readonly marks: readonly Mark[];
}

/** A figure: its panels, each as wide as the phone where there is no room for more. */
export interface Figure {
  readonly panels: readonly Panel[];
  /** What the colours of maps are. */
  readonly scale?: string;
}

/** An example, as the gallery shows it. */
export interface Card {
  readonly name: string;
  /** Its first words about itself. */
  readonly summary: string;
  /** Its energies as LaTeX; its rule where it has none. */
  readonly formula: string;
  /** Its hypergraph. */
  readonly panel: Panel;
}

/** A number that a source prints, beside ours. */
export interface Compared {
  readonly what: string;
  readonly theirs: number;
  readonly ours: number;
  readonly agrees: boolean;
}
