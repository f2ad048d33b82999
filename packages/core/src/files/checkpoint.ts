/*
 * Checkpoints: safetensors files whose metadata says of which model, how far, and which random
 * numbers come next, so that a computation goes on to the same bits as if it had not stopped.
 */
import { HamError } from "@hamlet/graph";

import type { Key } from "../random/key.ts";
import type { ArrayData } from "./array-data.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const VERSION = 1;

/** Where a long computation stands. */
export interface Checkpoint {
  /** The id of the model. */
  model: string;
  /** Steps that are done. */
  step: number;
  /** The key of the next step. */
  key: Key;
  /** The whole state by name: weights, moments of an optimiser. */
  arrays: ReadonlyMap<string, ArrayData>;
  /** Texts beside it, such as the settings it was made with. */
  notes?: Readonly<Record<string, string>>;
}

/** What a checkpoint is read for. */
export interface CheckpointOptions {
  /** The id of the model that goes on; default any. */
  model?: string;
  /** The name to use in errors; default `checkpoint`. */
  source?: string;
}

/**
 * A checkpoint as the bytes of a safetensors file, which any reader of that format opens.
 *
 * Write them to a temporary file and rename it, so that a power cut leaves the one before.
 *
 * @throws HamError `core/bad-checkpoint` when `step` is no count or `key` no key.
 * @throws HamError `core/bad-array` when shape, dtype and data of an array disagree.
 */
export function writeCheckpoint({ model, step, key, arrays, notes }: Checkpoint): Uint8Array {
  if (!isCount(step)) throw badCheckpoint("writeCheckpoint", "a count of steps", String(step));
  if (!isKey(key)) throw badCheckpoint("writeCheckpoint", "a key", JSON.stringify(key));
  const metadata = {
    checkpoint: String(VERSION),
    model,
    step: String(step),
    key: JSON.stringify(key),
    ...(notes === undefined ? {} : { notes: JSON.stringify(notes) }),
  };
  return writeSafetensors(arrays, { metadata });
}

/**
 * Reads what `writeCheckpoint` wrote.
 *
 * @throws HamError `core/bad-safetensors` when the file is malformed.
 * @throws HamError `core/bad-checkpoint` when it is no checkpoint, one of a newer version, or one
 * of another model.
 */
export function readCheckpoint(
  bytes: Uint8Array,
  { model: wanted, source = "checkpoint" }: CheckpointOptions = {},
): Checkpoint {
  const { arrays, metadata } = readSafetensors(bytes, source);
  const { checkpoint, model, step } = metadata;
  if (checkpoint !== String(VERSION)) {
    const found =
      checkpoint === undefined ? "a safetensors file without one" : `version ${checkpoint}`;
    throw badCheckpoint(source, `a checkpoint of version ${VERSION}`, found);
  }
  const key = readKey(metadata["key"]);
  if (model === undefined || !isCount(Number(step ?? "none")) || key === null) {
    throw badCheckpoint(source, "a model, a step and a key", JSON.stringify(metadata));
  }
  if (wanted !== undefined && wanted !== model) {
    throw badCheckpoint(source, `a checkpoint of the model ${wanted}`, `one of ${model}`);
  }
  const notes = readNotes(metadata["notes"]);
  return { model, step: Number(step), key, arrays, ...(notes === null ? {} : { notes }) };
}

/** Null where there are none, or none that can be read: they are a help, not a part of the state. */
function readNotes(text: string | undefined): Record<string, string> | null {
  try {
    const notes: unknown = JSON.parse(text ?? "");
    if (typeof notes !== "object" || notes === null || Array.isArray(notes)) return null;
    return Object.fromEntries(Object.entries(notes).map(([name, note]) => [name, String(note)]));
  } catch {
    return null;
  }
}

function readKey(text: string | undefined): Key | null {
  try {
    const key: unknown = JSON.parse(text ?? "");
    return isKey(key) ? key : null;
  } catch {
    return null;
  }
}

function isKey(value: unknown): value is Key {
  const isWord = (word: unknown) => isCount(word) && word < 2 ** 32;
  return Array.isArray(value) && value.length === 2 && value.every(isWord);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function badCheckpoint(source: string, expected: string, found: string): HamError {
  return new HamError(
    "core/bad-checkpoint",
    `${source}: expected ${expected}, found ${found}. ` +
      "Name the checkpoint that this model wrote, or start anew without one.",
    { source, expected, found },
  );
}
