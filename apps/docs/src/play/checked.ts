// Whether a text does what a task asks for: the tests of the task, run with the text as `ham test` runs them.

import { readScene } from "./memory.ts";
import { open } from "./recalled.ts";
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

/** Runs the tests of a task on the text of a scene. */
export async function checked(scene: Scene, { tests, points, ball }: Task): Promise<Check[]> {
  const { entries = new Map() } = readScene({ ...scene, points, ball });
  const model = await open(`${withBall(scene.text, ball)}\n${tests}`, entries);
  try {
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
