// What a panel shows of a model: each view asks for it in its own way, and makes a piece of HTML of it.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { curveOf } from "./curve.ts";
import type { Ham } from "./ham.ts";
import { escaped } from "./page.ts";
import type { View } from "./panel.ts";

/** The views that run the command line. */
export function viewsOf(ham: Ham): Readonly<Record<"run" | "graph" | "landscape", View>> {
  return {
    run: {
      title: "Recall",
      async show({ text, folder, signal }) {
        const { code, stdout, stderr } = await ham(["run", "-", "--json"], {
          cwd: folder,
          input: text,
          signal,
        });
        return stdout === "" ? failure(stderr, code) : recallPage(JSON.parse(stdout) as Recalled);
      },
    },
    graph: {
      title: "Hypergraph",
      async show({ text, folder, signal }) {
        const options = { cwd: folder, input: text, signal };
        const { code, stdout, stderr } = await ham(["graph", "-", "--out", "-"], options);
        return code === 0 ? stdout : failure(stderr, code);
      },
    },
    landscape: {
      title: "Landscape",
      async show({ text, folder, signal }) {
        const out = await mkdtemp(join(tmpdir(), "ham-landscape-"));
        try {
          const picture = join(out, "landscape.svg");
          const args = ["landscape", "-", "--json", "--points", "60", "--out", picture];
          const { code, stderr } = await ham(args, { cwd: folder, input: text, signal });
          return code === 0 ? await readFile(picture, "utf8") : failure(stderr, code);
        } finally {
          await rm(out, { recursive: true, force: true });
        }
      },
    },
  };
}

/** The part of `ham run --json` that is shown. */
interface Recalled {
  readonly recall: string;
  readonly steps: number;
  readonly outcomes: readonly {
    readonly ending: string;
    readonly steps: number;
    readonly energyBefore: number | null;
    readonly energyAfter: number | null;
  }[];
  readonly energies: readonly (readonly (number | null)[])[];
  readonly energySteps: readonly number[];
}

function recallPage({ recall, steps, outcomes, energies, energySteps }: Recalled): string {
  const rows = outcomes
    .slice(0, 50)
    .map(({ ending, steps: own, energyBefore, energyAfter }, at) =>
      [at, ending, own, digits(energyBefore), digits(energyAfter)]
        .map((cell) => `<td>${escaped(String(cell))}</td>`)
        .join(""),
    );
  const head = ["example", "ended", "steps", "energy before", "after"]
    .map((cell) => `<th>${cell}</th>`)
    .join("");
  const curve = curveOf(
    energySteps,
    energies.map((row) => row[0]),
  );
  return `<h2>${escaped(recall)}: ${steps} steps</h2>
<table><tr>${head}</tr>${rows.map((row) => `<tr>${row}</tr>`).join("")}</table>
<figure>${curve}<figcaption>energy of the first example, step by step</figcaption></figure>`;
}

function digits(value: number | null): string {
  return value === null ? "not finite" : value.toPrecision(6);
}

function failure(stderr: string, code: number | null): string {
  return `<pre class="failure">${escaped(stderr.trim() || `ham ended with ${code}`)}</pre>`;
}
