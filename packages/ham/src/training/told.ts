// The settings of a training as texts, so that one that goes on can say what has changed.

import { type Expr, printText, type Tensor, type Training } from "@hamlet/graph";
import type { Entries } from "../hypergraph/initial-entries.ts";
import type { RecallSetup } from "../recall/recall.ts";
import { settingsOf } from "./settings.ts";

/** A setting that is another than when the checkpoint was written. */
export interface ChangedSetting {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/**
 * What a training learns from and how, by name.
 * @throws HamError as `settingsOf`.
 */
export function toldSettings(
  training: Training,
  setup: Pick<RecallSetup, "sizes" | "numbers"> & {
    readonly examples: ReadonlyMap<Tensor, Entries>;
    readonly heldOut?: ReadonlyMap<Tensor, Entries>;
  },
): Record<string, string> {
  const { loss, metrics = [], gradient, optimiser, freeze, feeds } = training;
  const { examples, heldOut } = setup;
  const settings = settingsOf(training, setup);
  const { clip } = settings;
  const told = (files: ReadonlyMap<Tensor, Entries>) =>
    [...files].map(([{ name }, entries]) => `${name} ${fingerprint(entries)}`).join(", ") || "none";
  return {
    loss: printText(loss),
    metrics: metrics.map(({ name, value }) => `${name} = ${printText(value)}`).join("; ") || "none",
    gradient: call(gradient.name, [...settings.gradient]),
    optimiser: call(optimiser.name, Object.entries(settings.optimiser)),
    clip: Number.isFinite(clip) ? String(clip) : "none",
    freeze: freeze.map(({ name }) => name).join(", ") || "none",
    feed:
      feeds
        .map((feed) =>
          feed.from === "draw"
            ? `${feed.tensor.name} ~ ${feed.distribution}(${feed.args.map((arg: Expr) => printText(arg)).join(", ")})`
            : `${feed.tensor.name} = ${printText(feed.value)}`,
        )
        .join("; ") || "none",
    examples: told(examples),
    "held out": heldOut === undefined ? "a share" : told(heldOut),
  };
}

/** The settings that differ; none for a checkpoint that does not tell. */
export function changedSettings(
  before: Readonly<Record<string, string>> | undefined,
  now: Readonly<Record<string, string>>,
): ChangedSetting[] {
  return Object.entries(now).flatMap(([name, text]) => {
    const old = before?.[name];
    return old === undefined || old === text ? [] : [{ name, before: old, now: text }];
  });
}

function call(name: string, options: readonly (readonly [string, number])[]): string {
  if (options.length === 0) return name;
  return `${name}(${options.map(([option, value]) => `${option} = ${value}`).join(", ")})`;
}

/** FNV-1a over the bits of an array in float32: other data have another one, almost surely. */
export function fingerprint({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): string {
  const words = new Uint32Array(new Float32Array(data).buffer);
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return `[${shape.join(", ")}] ${(hash >>> 0).toString(16).padStart(8, "0")}`;
}
