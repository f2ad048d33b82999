// `ham atlas FILE`: the whole landscape of a memory, and how it changes with a const.

import type { BinaryAtlas, Sweep } from "@hamlet/ham/atlas";
import type { Model, ModelAtlas } from "@hamlet/model";
import { InvalidArgumentError, Option } from "commander";
import { CommandError, EXIT } from "../exit.ts";
import { openModel } from "../files/open-model.ts";
import { writeFileAtomically } from "../files/write.ts";
import {
  jsonOption,
  type ModelFlags,
  positiveNumber,
  withModelOptions,
  withSearchOptions,
} from "../options.ts";
import { searchBar } from "../progress.ts";
import { formatTable } from "../table.ts";
import type { CommandDefinition } from "./command.ts";

/** `ham atlas`. */
export const command: CommandDefinition = {
  takes: (command) =>
    withSearchOptions(withModelOptions(command.argument("<file>")))
      .addOption(
        new Option(
          "--sweep <NAME=FROM..TO>",
          "move a const, and find where points come and go",
        ).argParser(range),
      )
      .addOption(
        new Option("--values <N>", "values of the const at which all points are looked for")
          .default(25)
          .argParser(positiveNumber),
      )
      .option("--out <FILE.svg>", "draw the sweep")
      .addOption(jsonOption()),
  run: run,
};

/** A const with the ends between which it is moved. */
interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

interface AtlasFlags extends ModelFlags {
  readonly starts: number;
  readonly spread: number;
  readonly sweep?: Range;
  readonly values: number;
  readonly out?: string;
  readonly json: boolean;
}

function range(text: string): Range {
  const [, name, from, to] = /^([^=]+)=(.+?)\.\.(.+)$/.exec(text) ?? [];
  const ends = [from, to].map(Number);
  if (name === undefined || !ends.every(Number.isFinite) || !(ends[0] < ends[1])) {
    throw new InvalidArgumentError("Write it as NAME=FROM..TO, for example beta=1.5..2.5.");
  }
  return { name, from: ends[0], to: ends[1] };
}

const PICTURE = { what: "a picture", endings: [".svg"] };

/** Charts a model and prints it; returns the exit code. */
async function run(path: string, flags: AtlasFlags): Promise<number> {
  if (flags.out !== undefined && flags.sweep === undefined) {
    throw new CommandError(
      EXIT.usage,
      "--out draws a sweep: expected --sweep with it, such as --sweep beta=1.5..2.5. For a picture of the energy itself there is ham landscape.",
    );
  }
  const outputs =
    flags.out === undefined ? [] : [{ option: "--out", path: flags.out, content: PICTURE }];
  using model = await openModel(path, flags, { outputs });
  if (model.graph.neurons.some(({ kind }) => kind === "binary")) {
    return await runBinary(path, flags, model);
  }
  const { starts, spread } = flags;
  const bar = await searchBar("atlas");
  let found: { readonly atlas: ModelAtlas; readonly sweep: Sweep | null };
  try {
    const atlas = await model.atlas({ starts, spread, onProgress: bar.onProgress });
    found = { atlas, sweep: await swept(model, flags, bar.onProgress) };
  } finally {
    bar.done();
  }
  const { atlas, sweep } = found;
  if (flags.out !== undefined && sweep !== null) {
    const { drawAtlas } = await import("../pictures/atlas-plot.ts");
    await writeFileAtomically(flags.out, drawAtlas(sweep));
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(report(path, flags, atlas, sweep))}\n`);
  else {
    const parts = [summary(atlas), ...(sweep === null ? [] : [sweepText(sweep)])];
    process.stdout.write(`${parts.join("\n\n")}\n`);
    if (flags.out !== undefined) process.stdout.write(`\nwritten: ${flags.out}\n`);
  }
  return atlas.points.length === 0 ? EXIT.failed : EXIT.ok;
}

/** Counts the states of a binary memory; returns the exit code. */
async function runBinary(path: string, flags: AtlasFlags, model: Model): Promise<number> {
  if (flags.sweep !== undefined) {
    throw new CommandError(
      EXIT.usage,
      "--sweep follows points of a smooth energy, and the units of this model have two values each. Leave it out, or give the layer a smooth Lagrangian such as tanh(beta = 10).",
    );
  }
  const bar = await searchBar("atlas");
  let atlas: BinaryAtlas;
  try {
    atlas = await model.binaryAtlas({ starts: flags.starts, onProgress: bar.onProgress });
  } finally {
    bar.done();
  }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(binaryReport(path, flags, atlas))}\n`
      : `${binarySummary(atlas)}\n`,
  );
  return EXIT.ok;
}

function binaryReport(path: string, { seed }: AtlasFlags, atlas: BinaryAtlas) {
  const { minima, exhaustive, starts } = atlas;
  return {
    model: path,
    seed,
    starts,
    exhaustive,
    minima: minima.map(({ energy, states, share, basin, pattern }) => ({
      energy,
      states: named(states),
      share,
      basin: [basin.low, basin.high],
      pattern,
    })),
  };
}

/** Minima that a table shows; --json has all. */
const SHOWN = 40;

function binarySummary({ minima, exhaustive, starts }: BinaryAtlas): string {
  const rows = minima
    .slice(0, SHOWN)
    .map(({ energy, share, basin, pattern }) => [
      energy.toPrecision(6),
      exhaustive
        ? `${percent(share)}%`
        : `${percent(share)}% (${percent(basin.low)}–${percent(basin.high)})`,
      pattern ?? "none: spurious",
    ]);
  const spurious = minima.filter(({ pattern }) => pattern === null);
  const part = spurious.reduce((sum, { share }) => sum + share, 0);
  const more = minima.length > SHOWN ? [`… and ${minima.length - SHOWN} more`] : [];
  const tried = exhaustive ? `all ${starts} states` : `${starts} random states`;
  return [
    `atlas: ${minima.length} minima from ${tried}`,
    "",
    formatTable(["energy", exhaustive ? "basin" : "share of states", "pattern"], rows),
    ...more,
    "",
    `${spurious.length} of the minima are spurious; ${percent(part)}% of the states descend to them.`,
  ].join("\n");
}

const percent = (share: number): string => (100 * share).toFixed(1);

async function swept(
  model: Model,
  { sweep, values: count, starts, spread }: AtlasFlags,
  onProgress: (progress: { readonly done: number; readonly of: number }) => void,
): Promise<Sweep | null> {
  if (sweep === undefined) return null;
  const { name, from, to } = sweep;
  if (count < 2) throw new CommandError(EXIT.usage, "--values: expected 2 or more, found 1.");
  const values = Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
  return model.sweep(name, { values, starts, spread, onProgress });
}

function report(path: string, flags: AtlasFlags, atlas: ModelAtlas, sweep: Sweep | null) {
  const { points, passes, barriers, basins, certificates, morse, kinks, astray } = atlas;
  return {
    model: path,
    seed: flags.seed,
    starts: atlas.starts,
    spread: flags.spread,
    astray,
    morse,
    kinks,
    points: points.map(({ kind, index, energy, eigenvalues, share, states }, i) => {
      const certificate = certificates[i];
      const isProven = typeof certificate !== "string";
      return {
        kind,
        index,
        energy,
        eigenvalues,
        share,
        basin: [basins[i].low, basins[i].high],
        barrier: barriers[i],
        states: named(states),
        certificate: isProven ? certificate : null,
        uncertified: isProven ? null : certificate,
      };
    }),
    passes,
    sweep: sweep && {
      const: sweep.tensor.name,
      values: sweep.values,
      counts: sweep.censuses.map(countsOf),
      points: sweep.censuses.map((census) =>
        census.points.map(({ kind, states }) => ({ kind, states: named(states) })),
      ),
      bifurcations: sweep.bifurcations.map(({ kind, at, states }) => ({
        kind,
        at,
        states: [...states],
      })),
    },
  };
}

/** The states of layers, under their names. */
function named(states: ReadonlyMap<{ readonly name: string }, ArrayLike<number>>) {
  return Object.fromEntries([...states].map(([{ name }, values]) => [name, Array.from(values)]));
}

function countsOf({ points }: Sweep["censuses"][0]) {
  const count = (wanted: string) => points.filter(({ kind }) => kind === wanted).length;
  return {
    minimum: count("minimum"),
    saddle: count("saddle"),
    maximum: count("maximum"),
    degenerate: count("degenerate"),
  };
}

function summary(atlas: ModelAtlas): string {
  const { points, passes, barriers, basins, certificates, starts, morse, astray } = atlas;
  if (points.length === 0) {
    return `No fixed point was found from ${starts} starts. Try more with --starts, or others with --spread.`;
  }
  const rows = points.map(({ kind, index, energy, share }, i) => {
    const barrier = barriers[i];
    const { low, high } = basins[i];
    return [
      String(i),
      kind,
      String(index),
      energy.toPrecision(6),
      kind === "minimum" ? `${percent(share)}% (${percent(low)}–${percent(high)})` : "",
      barrier === null ? "" : `${barrier.height.toPrecision(4)} to ${barrier.to}`,
      certaintyOf(certificates[i]),
    ];
  });
  const head = ["", "kind", "index", "energy", "share of starts", "barrier", "certified"];
  const ways = passes.map(({ point, ends }) => {
    const [a, b] = ends.map((end) => (end < 0 ? "none of these" : String(end)));
    return `pass ${point} joins ${a} and ${b}`;
  });
  const reasons = certificates.flatMap((one, i) =>
    typeof one === "string" ? [`point ${i} is not certified: ${one}`] : [],
  );
  const lost = astray === 0 ? [] : [`${percent(astray)}% of the starts ended elsewhere.`];
  const sum = morse === null ? "not known, as a point is degenerate" : String(morse);
  return [
    `atlas: ${points.length} points from ${starts} starts`,
    "",
    formatTable(head, rows),
    "",
    ...ways,
    ...reasons,
    ...lost,
    `Σ (−1)^index = ${sum}`,
  ].join("\n");
}

/** `exactly` where a rest point solves linear equations. */
function certaintyOf(certificate: ModelAtlas["certificates"][0]): string {
  if (typeof certificate === "string") return "no";
  return certificate.exact === true ? "exactly" : "yes";
}

function sweepText({ tensor, values, censuses, bifurcations }: Sweep): string {
  const events = bifurcations.map(({ kind, at, states }) => [
    at.toPrecision(10),
    kind,
    states.length > 4
      ? `${states.length} states`
      : `(${[...states].map((x) => x.toFixed(4)).join(", ")})`,
  ]);
  const rows = values.map((value, i) => {
    const { minimum, saddle, maximum } = countsOf(censuses[i]);
    return [value.toPrecision(6), String(minimum), String(saddle), String(maximum)];
  });
  const changes = rows.filter((row, i) => {
    const isSame = (other?: readonly string[]) => other?.slice(1).join() === row.slice(1).join();
    return !(isSame(rows[i - 1]) && isSame(rows[i + 1]));
  });
  const unseen = rows.slice(1).flatMap((row, i) => {
    const [low, high] = [values[i], values[i + 1]];
    const isTold = bifurcations.some(({ at }) => at >= low && at <= high);
    if (isTold || row.slice(1).join() === rows[i].slice(1).join()) return [];
    return [
      `Between ${rows[i][0]} and ${row[0]} the points change, and the moment was not found: take more --values there.`,
    ];
  });
  return [
    formatTable([tensor.name, "minima", "saddles", "maxima"], changes),
    "",
    events.length === 0
      ? `No bifurcation was found between ${values[0]} and ${values.at(-1)!}.`
      : formatTable([tensor.name, "bifurcation", "at"], events),
    ...unseen,
  ].join("\n");
}
