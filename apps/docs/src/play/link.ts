// A scene as a link, and back.

import { strFromU8, strToU8, deflateSync, inflateSync } from "fflate";
import { type Dropped, MOST_POINTS, type Panel, PANELS, type Point, type Scene } from "./scene.ts";

const LONGEST_TEXT = 20_000;
/** The most numbers of a file that a link takes with it. */
export const MOST_LINKED = 2048;

/** A scene as the part of a link behind its `#`. */
export function toLink({ text, points, ball, span, step, data, panels, beside }: Scene): string {
  const more = {
    ...(step !== undefined && { step }),
    ...(beside !== undefined && { beside }),
    ...(panels !== undefined && panels.length > 0 && { panels }),
    ...(Object.keys(data ?? {}).length > 0 && {
      data: Object.fromEntries(Object.entries(data!).map(([name, array]) => [name, packed(array)])),
    }),
  };
  const extra = Object.keys(more).length === 0 ? [] : [more];
  const json = JSON.stringify([text, points, ball, span, ...extra]);
  const bytes = deflateSync(strToU8(json), { level: 9 });
  return base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What a link holds of a file: its shape, and where they are few its numbers to the last bit. */
type Packed = readonly [shape: readonly number[], base64: string | null];

function packed({ shape, values }: Dropped): Packed {
  if (values === null || values.length > MOST_LINKED) return [shape, null];
  return [shape, base64Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))];
}

function unpacked([shape, base64]: Packed): Dropped {
  return { shape, values: base64 === null ? null : new Float32Array(bytesOf(base64).buffer) };
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The address of the playground with a scene in it. */
export function playgroundOf(scene: Scene): string {
  return `/start/landscape/#${toLink(scene)}`;
}

/** The scene of a link; null when it is damaged. */
export function fromLink(link: string): Scene | null {
  try {
    const base64 = link.replaceAll("-", "+").replaceAll("_", "/");
    const json = strFromU8(inflateSync(bytesOf(base64)));
    const [text, points, ball, span, more = {}] = JSON.parse(json) as unknown[];
    const scene = { text, points, ball, span };
    return isScene(scene)
      ? { ...scene, ...moreOf(more as Readonly<Record<string, unknown>>) }
      : null;
  } catch {
    return null;
  }
}

/** What not every link has. @throws Error for what is none of it. */
function moreOf({ step, data, panels, beside }: Readonly<Record<string, unknown>>): Partial<Scene> {
  if (step !== undefined && !(Number.isInteger(step) && (step as number) >= 0)) throw new Error();
  const arrays = Object.entries((data ?? {}) as Readonly<Record<string, Packed>>).map(
    ([name, array]) => {
      const { shape, values } = unpacked(array);
      const count = shape.reduce((a, b) => a * b, 1);
      if (values !== null && values.length !== count) throw new Error();
      return [name, { shape, values }] as const;
    },
  );
  const open = ((panels ?? []) as Panel[]).filter((name) => Object.hasOwn(PANELS, name));
  return {
    ...(step !== undefined && { step: step as number }),
    ...(isText(beside) && { beside }),
    ...(open.length > 0 && { panels: open }),
    ...(arrays.length > 0 && { data: Object.fromEntries(arrays) }),
  };
}

function isScene(
  scene: Readonly<Record<"text" | "points" | "ball" | "span", unknown>>,
): scene is Scene {
  const { text, points, ball, span } = scene;
  return (
    isText(text) &&
    Array.isArray(points) &&
    points.length <= MOST_POINTS &&
    points.every(isPoint) &&
    isPoint(ball) &&
    typeof span === "number" &&
    span >= 0.1 &&
    span <= 100
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_TEXT;
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}
