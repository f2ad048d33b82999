// What compiled code counts in: bytes of a number and of a vector, and how pointers move by them.

import { type Code, get, i32, type Local, set } from "../../wasm/assembler.ts";

/** Bytes of a float32 number. */
export const NUMBER = 4;
/** Numbers of a vector. */
export const LANES = 4;
/** Bytes of a vector. */
export const VECTOR = 16;

/** Makes a local of a procedure. */
type MakeLocal = (type: Local["type"]) => Local;

/** `count` locals of one type. */
export const locals = (local: MakeLocal, count: number, type: Local["type"]): Local[] =>
  Array.from({ length: count }, () => local(type));

/** Moves a pointer on by some bytes. */
export const advance = (pointer: Local, by: Code): Code => set(pointer, i32.add(get(pointer), by));

/**
 * 1 where a matrix comes from memory, 16 MB or more, and in rows that a processor fetches ahead only if they
 * are read one after the other: shorter than a page, and eight of them longer than it looks ahead; else 0.
 */
export const isFar = (rows: number, numbers: number): number =>
  +(rows * numbers > 4e6 && numbers > 31 && numbers < 1024);
