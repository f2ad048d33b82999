// Runs the memory of the first page in the browser: loaded when somebody changes its text.

import damaged from "../../../../examples/data/damaged.npz?url";
import digits from "../../../../examples/data/digits.npz?url";
import type { Answer } from "../play/answer.ts";
import { Asker } from "../play/asker.ts";
import { readDropped } from "../play/dropped.ts";
import type { Dropped, Scene } from "../play/scene.ts";

/** What became of a text: its recall, or why there is none. */
export type Came = Pick<Answer, "recall" | "messages">;

let asked: Scene | null = null;
let came: (answer: Came | null) => void = () => undefined;
const asker = new Asker((scene, { recall, messages, whole }) => {
  if (scene === asked && (recall !== null || whole)) came({ recall, messages });
});

let loaded: Promise<Readonly<Record<string, Dropped>>> | undefined;

/** Recalls one of the damaged pictures; null where another text was asked for meanwhile. */
export async function recallOf(text: string, row: number): Promise<Came | null> {
  const data = await (loaded ??= load(text));
  came(null);
  const given = ["picture", "known"].map((name): [string, Dropped] => {
    const { shape, values } = data[name];
    const size = shape.slice(1).reduce((a, b) => a * b, 1);
    const one = values!.slice(row * size, (row + 1) * size);
    return [name, { shape: [1, ...shape.slice(1)], values: one }];
  });
  return new Promise((resolve) => {
    came = resolve;
    asked = {
      text,
      points: [],
      ball: [0, 0],
      span: 1,
      data: { ...data, ...Object.fromEntries(given) },
    };
    asker.ask(asked);
  });
}

/** The arrays of the example, from its own files. */
async function load(text: string): Promise<Readonly<Record<string, Dropped>>> {
  const files = await Promise.all(
    [
      ["digits.npz", digits],
      ["damaged.npz", damaged],
    ].map(async ([name, url]) => new File([await (await fetch(url)).arrayBuffer()], name)),
  );
  return (await readDropped(files, text)).data;
}
