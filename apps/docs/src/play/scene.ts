// What a reader has in front of him: a memory as text, points, and a ball.

/** A place in the plane. */
export type Point = readonly [x: number, y: number];

export interface Scene {
  /** The `.ham` text. */
  readonly text: string;
  /** The memories: the rows of its data. */
  readonly points: readonly Point[];
  /** Where the recall starts. */
  readonly ball: Point;
  /** The picture shows −span to span along both axes. */
  readonly span: number;
  /** The step of the recall that is looked at; default: its end. */
  readonly step?: number;
  /** Files that a reader has put into it, by the names of what they fill. */
  readonly data?: Readonly<Record<string, Dropped>>;
  /** The panels below the picture that are open. */
  readonly panels?: readonly Panel[];
  /** Another text, which is run from the same start and compared. */
  readonly beside?: string;
}

/** What the page shows beside the picture when it is asked for. */
export const PANELS = {
  rule: "The rule",
  points: "Fixed points",
  atlas: "Atlas",
  graph: "Hypergraph",
  tests: "Tests",
  files: "Export",
  compare: "Compare",
} as const;
export type Panel = keyof typeof PANELS;

/** An array that came from a file of the reader. */
export interface Dropped {
  readonly shape: readonly number[];
  /** Null where a link was too short for it: then it only says what it needs. */
  readonly values: Float32Array | null;
}

/** The most memories of a scene: every one adds to every energy of the picture. */
export const MOST_POINTS = 24;
