// Whether a text does what a task asks for: the tests of the task, run with the text as `ham test` runs them.

import { begun, learnAgain } from "./learning.ts";
import { readScene } from "./memory.ts";
import { learns, open } from "./recalled.ts";
import type { Scene } from "./scene.ts";

/** What a text shall do. */
export interface Task extends Pick<Scene, "points" | "ball"> {
  /** `test` blocks. */
  readonly tests: string;
}

/** How one test of a task went. */
export interface Check {
  readonly title: string;
  readonly passed: boolean;
  /** What does not hold, and what its parts were. */
  readonly why: string;
}

/** Runs the tests of a task on the text of a scene; `studied` is what its training is kept by. */
export async function checked(
  scene: Scene,
  { tests, points, ball }: Task,
  studied: string,
): Promise<Check[]> {
  const { entries = new Map() } = readScene({ ...scene, points, ball });
  const text = withBall(scene.text, ball);
  const model = await open(`${text}\n${tests}`, entries);
  try {
    if (learns(text)) {
      // What the recall has learned, unless the ball is a part of it.
      await learnAgain(model, text === scene.text ? begun(studied) : undefined);
    }
    const reports = await model.runTests();
    return reports.map(({ title, passed, failures }) => ({
      title,
      passed,
      why: failures
        .map(({ text, values }) => {
          const parts = values.map(
            (part) => `${part.text} is ${Number(part.value.toPrecision(4))}`,
          );
          return `not so: ${[text, ...parts].join("; ")}`;
        })
        .join("\n"),
    }));
  } finally {
    model.dispose();
  }
}

/** A test knows givens that it feeds, or that have entries of their own: the ball is written out. */
function withBall(text: string, ball: Scene["ball"]): string {
  return text.replace(/^given \w+: \[\w+\](?= *(?:\/\/.*)?$)/m, `$& = [[${ball.join(", ")}]]`);
}
