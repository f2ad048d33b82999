// What a text learns by its first `train` block: seen while it learns, stopped when a reader wants it, and gone
// on with from there. A text that has learned does not learn again.

import type { Signal } from "@hamlet/core";
import type { Model } from "@hamlet/model";

/** How far a training is. */
export interface Learning {
  /** The mean loss of every minibatch so far. */
  readonly losses: readonly number[];
  /** How many there will be. */
  readonly of: number;
  readonly ending: "running" | "finished" | "stopped";
  /** What was learned, as a file for `ham run --params`; null while it learns. */
  readonly params: Uint8Array | null;
}

/** What a reader wants of a training. */
export interface Study {
  /** What the training depends on: the same again is not learned twice. */
  readonly of: string;
  /** Goes on where it was stopped. */
  readonly goOn?: boolean;
  /** True once it is to be stopped; what was learned until then is kept. */
  readonly stopped?: () => boolean;
}

/** Milliseconds between two looks at a training. */
const LOOK = 30;

/** Where the last training stands. */
let kept: { readonly of: string; readonly checkpoint: Uint8Array; readonly steps: number } | null =
  null;

/** Where a training stands that was begun before; undefined where there is none. */
export function begun(of: string): Uint8Array | undefined {
  return kept?.of === of ? kept.checkpoint : undefined;
}

/** Lets a model have what was learned before: it takes no step. Without that, it learns all of it. */
export async function learnAgain(model: Model, resume: Uint8Array | undefined): Promise<void> {
  const signal = { aborted: resume !== undefined };
  (await model.train({ signal, ...(resume !== undefined && { resume }) })).dispose();
}

/** Lets a model learn; tells how far it is, and at last what it learned. */
export async function* learning(
  model: Model,
  { of, goOn = false, stopped = () => false }: Study,
  signal: Signal | undefined,
): AsyncGenerator<Learning> {
  const resume = begun(of);
  const losses: number[] = [];
  let steps = kept?.of === of ? kept.steps : 0;
  let [left, taken] = [false, false];
  const rests = resume !== undefined && !goOn;
  const training = model.train({
    ...(resume !== undefined && { resume }),
    onProgress: ({ loss, of: all }) => {
      losses.push(loss);
      steps = all;
    },
    signal: {
      get aborted() {
        return rests || left || stopped() || signal?.aborted === true;
      },
    },
  });
  const ended = training.then(
    () => true,
    () => true,
  );
  const look = () => new Promise<false>((resolve) => void setTimeout(resolve, LOOK, false));
  try {
    do yield { losses: [...losses], of: steps, ending: "running", params: null };
    while (!(await Promise.race([ended, look()])));
    taken = true;
    using result = await training;
    kept = { of, checkpoint: await result.checkpoint(), steps };
    yield {
      losses: result.losses,
      of: steps,
      ending: result.ending === "finished" ? "finished" : "stopped",
      params: model.paramsFile(),
    };
  } finally {
    // Whoever asked wants no more, and the model is disposed next.
    left = true;
    if (!taken)
      await training.then(
        (result) => result.dispose(),
        () => undefined,
      );
  }
}
