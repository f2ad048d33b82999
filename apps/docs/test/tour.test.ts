// Every lesson of the tour asks for something that its text does not do, and that its solution does.

import "@tensorflow/tfjs-backend-cpu";
import { readdirSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { type Answer, answers } from "../src/play/answer.ts";
import { type Lesson, LESSONS, solutionOf } from "../src/tour/lessons.ts";

const PAGES = new URL("../src/content/docs/tour/", import.meta.url);
/** A lesson is read in a minute. */
const MOST_WORDS = 150;

/** What is found out of a text of a lesson, up to its checks. */
async function answerTo({ scene, check }: Lesson, text: string): Promise<Answer> {
  const { points, ball } = scene;
  const parts = answers({ ...scene, text, check: { tests: check, points, ball } });
  for (;;) {
    const { value, done } = await parts.next();
    if (done !== true && value.checks === null) continue;
    await parts.return(value);
    return value;
  }
}

test.each(Object.entries(LESSONS))("%s", async (_, lesson) => {
  const before = tf.engine().state.numTensors;
  const begun = await answerTo(lesson, lesson.scene.text);
  // A text that cannot be read is a task as well.
  expect(begun.checks?.every(({ passed }) => passed) ?? false).toBe(false);
  expect(begun.checks === null).toBe(
    begun.diagnostics.some(({ severity }) => severity === "error"),
  );
  const solved = await answerTo(lesson, solutionOf(lesson));
  expect(solved.checks!.filter(({ passed }) => !passed)).toEqual([]);
  expect(solved.checks!.length).toBeGreaterThan(0);
  expect(solved.messages.filter((one) => one !== solved.withoutPlane)).toEqual([]);
  expect(tf.engine().state.numTensors).toBe(before);
});

test("every lesson has its page, in its order and in few words", () => {
  const pages = new Map(
    readdirSync(PAGES).map((file) => [
      file.replace(".mdx", ""),
      readFileSync(new URL(file, PAGES), "utf8"),
    ]),
  );
  expect([...pages.keys()].toSorted()).toEqual(Object.keys(LESSONS).toSorted());
  for (const [k, name] of Object.keys(LESSONS).entries()) {
    const page = pages.get(name)!;
    expect(page).toMatch(new RegExp(`title: "${k + 1}\\. `));
    expect(page).toContain(`<Lesson of="${name}" />`);
    expect(page).toContain("**Task.**");
    const prose = page
      .split("---\n")
      .slice(2)
      .join()
      .replace(/^import .*$/m, "")
      .replace(/\$\$[^$]*\$\$/g, "");
    expect(prose.split(/\s+/).filter((word) => /\w/.test(word)).length, name).toBeLessThan(
      MOST_WORDS,
    );
  }
});
