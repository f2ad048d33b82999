// How checks name things in their messages.

import type { Dim } from "@hamlet/graph";

/** `[K, D]` */
export function axesText(axes: readonly Dim[]): string {
  return `[${axes.map((dim) => dim.name).join(", ")}]`;
}

/** "first axis of `xi` is K", "only axis of `v` is D" */
export function axisText(name: string, axes: readonly Dim[], axis: number): string {
  return `${axes.length === 1 ? "only" : ordinal(axis)} axis of \`${name}\` is ${axes[axis].name}`;
}

/** "second axis", "only axis" */
export function axisPhrase(rank: number, axis: number): string {
  return `${rank === 1 ? "only" : ordinal(axis)} axis`;
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];

export function ordinal(position: number): string {
  return ORDINALS[position] ?? `${position + 1}th`;
}

/** "1 index", "2 indices" */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c" */
export function listText(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
