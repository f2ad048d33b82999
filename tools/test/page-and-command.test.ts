// What runs on the pages of the site is what `ham run` runs: the same ends, endings and energies.

import "@tensorflow/tfjs-backend-wasm";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "../../packages/core/src/index.ts";
import { afterAll, expect, test } from "vitest";
import { makeBench } from "../../apps/cli/test/ham.ts";
import { builtFiles, DIST } from "../../apps/docs/test/built-site.ts";
import { type Answer, answers } from "../../apps/docs/src/play/answer.ts";
import { readScene } from "../../apps/docs/src/play/memory.ts";
import { PRESETS } from "../../apps/docs/src/play/presets.ts";
import { fromLink } from "../../apps/docs/src/play/link.ts";
import type { Scene } from "../../apps/docs/src/play/scene.ts";
import { LESSONS, solutionOf } from "../../apps/docs/src/tour/lessons.ts";
import { some } from "../samples.ts";

const bench = makeBench();
afterAll(() => bench[Symbol.dispose]());

/** Every scene of the site by a name. */
const scenes: (readonly [name: string, scene: Scene])[] = [
  ...Object.entries(PRESETS),
  ...Object.entries(LESSONS).flatMap(([name, lesson]) => [
    [`the beginning of ${name}`, lesson.scene] as const,
    [`the solution of ${name}`, { ...lesson.scene, text: solutionOf(lesson) }] as const,
  ]),
  ...builtFiles()
    .filter((file) => file.endsWith(".html") && !file.startsWith("/api/"))
    .flatMap((file) => {
      const links = readFileSync(join(DIST, file), "utf8").matchAll(
        /"\/start\/landscape\/#([\w-]+)"/g,
      );
      return [...links].map(
        ([, link], k) => [`program ${k + 1} of ${file}`, fromLink(link)!] as const,
      );
    }),
];

async function answerTo(scene: Scene): Promise<Answer> {
  const parts = answers(scene);
  for (;;) {
    const { value, done } = await parts.next();
    if (done === true || value.recall !== null) {
      await parts.return(value);
      return value;
    }
  }
}

interface Told {
  readonly engine: string;
  readonly outcomes: readonly { ending: string; steps: number; energyAfter: number | null }[];
  readonly energies: readonly (readonly (number | null)[])[];
}

test.each(some(scenes, scenes.length / 2))(
  "%s runs on its page as by its command",
  async (_, scene) => {
    const { recall } = await answerTo(scene);
    const { entries } = readScene(scene);
    // A text with a mistake runs nowhere.
    if (entries === undefined) return expect(recall).toBeNull();
    const file = bench.write("memory.ham", scene.text);
    const data = [...entries].flatMap(([{ name, kind }, array]) => [
      `--${kind}`,
      `${name}=${bench.writeArray(`${name}.npy`, { shape: [...array.shape], data: Float32Array.from(array.data) })}`,
    ]);
    const learns = /^\s*train\b/m.test(scene.text);
    if (learns) {
      const { code, stderr } = await bench.inProcess([
        "train",
        file,
        ...data,
        "--out",
        "learned.safetensors",
      ]);
      expect(code, stderr).toBe(0);
    }
    const { stdout, stderr } = await bench.inProcess([
      "run",
      file,
      ...data,
      "--json",
      "--out",
      "ends.npz",
      ...(learns ? ["--params", "learned.safetensors"] : []),
    ]);
    // Neither has a recall.
    if (recall === null) return expect(stderr).toMatch(/recall/);
    const { engine, outcomes, energies } = JSON.parse(stdout) as Told;
    const [{ ending, steps, energyAfter }] = outcomes;
    expect([recall.ending, recall.steps, recall.engine]).toEqual([ending, steps, engine]);
    near([recall.energy], [energyAfter ?? Number.NaN]);
    const ends = readNpz(readFileSync(join(bench.folder, "ends.npz")));
    // The page keeps fewer moments where units flip one after the other, and where they are many.
    const kept = Array.from(ends.get("energySteps")!.data, Number);
    const told = recall.momentSteps.map((step) => energies[kept.indexOf(step)]?.[0]);
    expect(told.filter((energy) => energy !== undefined).length).toBeGreaterThan(1);
    near(
      recall.energies.filter((_, k) => told[k] !== undefined),
      told.flatMap((energy) => (energy === undefined ? [] : [energy ?? Number.NaN])),
    );
    for (const { name, end } of recall.layers) near(end, ends.get(name)!.data);
  },
);

/** Within 1e-5 of each other, or of their size where that is more. */
function near(found: ArrayLike<number>, expected: ArrayLike<number | bigint>): void {
  for (const [k, value] of Array.from(found).entries()) {
    const other = Number(expected[k]);
    if (!Number.isFinite(value)) expect(Number.isFinite(other)).toBe(false);
    else expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(other)));
  }
}
