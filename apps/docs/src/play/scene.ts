// What a reader has in front of him: a memory as text, points, and a ball. It fits into a link.

import { strFromU8, strToU8, deflateSync, inflateSync } from "fflate";

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
}

/** The most memories of a scene: every one adds to every energy of the picture. */
export const MOST_POINTS = 24;
const LONGEST_TEXT = 20_000;

/** A scene as the part of a link behind its `#`. */
export function toLink({ text, points, ball, span }: Scene): string {
  const json = JSON.stringify([text, points, ball, span]);
  const base64 = btoa(String.fromCharCode(...deflateSync(strToU8(json), { level: 9 })));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The address of the playground with a scene in it. */
export function playgroundOf(scene: Scene): string {
  return `/start/landscape/#${toLink(scene)}`;
}

/** The scene of a link; null when it is damaged. */
export function fromLink(link: string): Scene | null {
  try {
    const base64 = link.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const [text, points, ball, span] = JSON.parse(strFromU8(inflateSync(bytes))) as unknown[];
    const scene = { text, points, ball, span };
    return isScene(scene) ? scene : null;
  } catch {
    return null;
  }
}

function isScene(scene: Readonly<Record<keyof Scene, unknown>>): scene is Scene {
  const { text, points, ball, span } = scene;
  return (
    typeof text === "string" &&
    text.length <= LONGEST_TEXT &&
    Array.isArray(points) &&
    points.length <= MOST_POINTS &&
    points.every(isPoint) &&
    isPoint(ball) &&
    typeof span === "number" &&
    span >= 0.1 &&
    span <= 100
  );
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}
