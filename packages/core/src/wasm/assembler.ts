// WebAssembly as text that a reader can follow: expressions are nested calls, and what they return
// is the bytes of the code that computes them.
//
// Only what kernels need: one memory, functions of whole numbers without results, functions of the
// host, loops, and vectors of four float32 or two float64 numbers.
// @see https://webassembly.github.io/spec/core/binary/

/**
 * Some code, a letter for a byte: engines join texts by their own code, and would go through lists of bytes
 * by ours, which is run but once.
 */
export type Code = string;

/** A local variable: a whole number, or the 128 bits of a vector. */
export interface Local {
  readonly type: "i32" | "v128";
  readonly index: number;
}

const TYPES = { i32: "\x7f", f64: "\x7c", v128: "\x7b" } as const;

/** What stands around code, and where it goes on; blocks have no results. */
const LOOP = "\x03\x40";
const IF = "\x04\x40";
const END = "\x0b";
/** Back to the loop around a block, and to the loop itself under a condition. */
const AGAIN = "\x0c\x01";
const AGAIN_IF = "\x0d\x00";
const CALL = "\x10";
/** What comes before the code of an operation on vectors. */
const VECTOR = "\xfd";

/** The parts of a module. */
const SECTIONS = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;

const { fromCharCode: byte } = String;
/** Code one after the other. */
export const inOrder = (parts: readonly Code[]): Code => parts.join("");

/** A whole number as LEB128. */
const unsigned = (value: number): Code =>
  value < 0x80 ? byte(value) : byte((value & 0x7f) | 0x80) + unsigned(value >>> 7);

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  // What comes behind the last byte is its highest bit, over and over.
  return rest === -(low >> 6) ? byte(low) : byte(low | 0x80) + signed(rest);
}

/** What is done with one, two or three operands. */
type Operation = (a: Code, b?: Code, c?: Code) => Code;

const after =
  (own: Code): Operation =>
  (a, b = "", c = "") =>
    a + b + c + own;
const plain = (opcode: number): Operation => after(byte(opcode));
const vector = (opcode: number): Operation => after(VECTOR + unsigned(opcode));
const access = (opcode: number) => {
  const own = VECTOR + unsigned(opcode) + byte(0);
  return (at: Code, offset = 0): Code => at + own + unsigned(offset);
};

export const get = ({ index }: Local): Code => "\x20" + unsigned(index);
export const set = ({ index }: Local, value: Code): Code => value + "\x21" + unsigned(index);

/** Whole numbers. */
export const i32 = {
  of: (value: number): Code => "\x41" + signed(value),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  and: plain(0x71),
  shl: plain(0x74),
  lessThan: plain(0x49),
};

/** By so many bits. */
const shift = (opcode: number) => {
  const own = vector(opcode);
  return (value: Code, by: number): Code => own(value, i32.of(by));
};

/** Four numbers in memory; the offset is in bytes. */
export const load = access(0x00);
/** One number in memory, four times. */
export const loadSplat = access(0x09);
const storeAll = access(0x0b);
export const store = (at: Code, value: Code, offset = 0): Code => storeAll(at + value, offset);
const [setLane, getLane, getHalf] = [0x56, 0x5a, 0x5b].map(access);
/** One number in memory as lane `lane` of `value`, whose others stay. */
export const loadLane = (at: Code, value: Code, lane: number): Code =>
  setLane(at + value) + byte(lane);
/** One number in memory, and three zeros. */
export const loadOne = access(0x5c);
/** One lane of `value` into memory. */
export const storeLane = (at: Code, value: Code, lane: number): Code =>
  getLane(at + value) + byte(lane);
/** The first lane of `value` into memory. */
export const storeOne = (at: Code, value: Code): Code => storeLane(at, value, 0);

/** One float64 number in memory, and a zero. */
export const loadDouble = access(0x5d);
/** The same, twice. */
export const loadDoubleSplat = access(0x0a);
/** The first float64 number of `value` into memory. */
export const storeDouble = (at: Code, value: Code): Code => getHalf(at + value) + byte(0);
/** Zeros in so many bytes of memory. */
export const clear = (at: Code, bytes: Code): Code => at + i32.of(0) + bytes + "\xfc\x0b\x00";
/** Copies so many bytes. */
export const copy = (to: Code, from: Code, bytes: Code): Code =>
  to + from + bytes + "\xfc\x0a\x00\x00";

/** No byte: the letter before the bytes of a vector that is kept, and how many those are. */
const KEPT = "\u0100";
const KEPT_BYTES = 16;
const CONSTANT = VECTOR + "\x0c";
const FREE = ["\x00", "\xff"].map((all) => all.repeat(KEPT_BYTES));

/**
 * Numbers as they lie in memory. A vector takes a machine several instructions to write down, so
 * {@link procedure} keeps each in a local; nothing but zeros, or ones, costs nothing.
 */
function constant(
  numbers: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
): Code {
  const code = byte(...new Uint8Array(numbers.buffer));
  return (FREE.includes(code) ? CONSTANT : KEPT) + code;
}

/** Four float32 numbers. */
export const f32x4 = {
  of: (value: number): Code => constant(Float32Array.of(value, value, value, value)),
  abs: vector(0xe0),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
  div: vector(0xe7),
  /** The smaller number, or NaN where one of them is. */
  min: vector(0xe8),
  max: vector(0xe9),
  /** The first number, or the second where that is smaller, in one instruction of most processors. */
  atMost: vector(0xea),
  /** The same where it is larger. */
  atLeast: vector(0xeb),
  ceil: vector(0x67),
  /** Comparisons: all bits of a lane, or none. */
  eq: vector(0x41),
  ne: vector(0x42),
  lt: vector(0x43),
  le: vector(0x45),
  /** Whole numbers as float32. */
  ofWhole: vector(0xfa),
  /** Two float64 numbers, and two zeros. */
  ofDoubles: vector(0x5e),
};

const [laneOf, lanesWith] = [0x21, 0x22].map(vector);
/** Two float64 numbers. */
export const f64x2 = {
  of: (value: number): Code => constant(Float64Array.of(value, value)),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
  /** The first two of four float32 numbers. */
  ofSingles: vector(0x5f),
  /** One number twice. */
  splat: vector(0x14),
  lane: (value: Code, lane: number): Code => laneOf(value) + byte(lane),
  withLane: (value: Code, lane: number, number: Code): Code =>
    lanesWith(value, number) + byte(lane),
};

/** The bits of a vector, as four whole numbers where that matters. */
export const bits = {
  of: (...words: readonly number[]): Code => constant(Int32Array.of(...words)),
  and: vector(0x4e),
  /** The bits of the first that the second has not. */
  without: vector(0x4f),
  or: vector(0x50),
  xor: vector(0x51),
  /** The bits of the first where the third has them, and of the second elsewhere. */
  select: vector(0x52),
  /** Whether there is one: 0 or 1. */
  any: vector(0x53),
  /** One whole number four times; and all bits where a number is below another. */
  splat: vector(0x11),
  lessThan: vector(0x39),
  add: vector(0xae),
  sub: vector(0xb1),
  shiftLeft: shift(0xab),
  shiftRight: shift(0xac),
  /** The same of whole numbers without a sign. */
  shiftDown: shift(0xad),
  /** Of two whole numbers of 64 bits. */
  shiftLeft64: shift(0xcb),
};

/** The four numbers of `value` in another order; from 4 on those of `other`. */
export const shuffle = (value: Local, order: readonly number[], other = value): Code =>
  get(value) + get(other) + VECTOR + "\x0d" + inOrder(order.map((lane) => NUMBERS[lane]));
/** The places of the bytes of every number of two vectors. */
const NUMBERS = Array.from({ length: 8 }, (_, n) => byte(4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3));

/** `a b + c`, rounded once where the machine can, if `isFused`; else twice. */
export const multiplyAdd = (isFused: boolean): ((a: Code, b: Code, c: Code) => Code) =>
  isFused ? vector(0x105) : (a, b, c) => f32x4.add(f32x4.mul(a, b), c);

/** `body` for `counter = from, from + by, …` while it is below `until`; at least once. */
export function loop(
  counter: Local,
  range: { readonly from: Code; readonly until: Code; readonly by: Code },
  body: readonly Code[],
): Code {
  const begun = set(counter, range.from) + LOOP + inOrder(body);
  const moved = set(counter, i32.add(get(counter), range.by));
  return begun + moved + i32.lessThan(get(counter), range.until) + AGAIN_IF + END;
}

/** `body` as long as `a` is below `b`. */
export const whileBelow = (a: Code, b: Code, body: readonly Code[]): Code =>
  LOOP + ifBelow(a, b, [...body, AGAIN]) + END;

/** `body` if `a` is below `b`. */
export const ifBelow = (a: Code, b: Code, body: readonly Code[]): Code =>
  ifTrue(i32.lessThan(a, b), body);

/** `body` if a whole number is not 0. */
export const ifTrue = (condition: Code, body: readonly Code[]): Code =>
  condition + IF + inOrder(body) + END;

/** Calls the function at a place in the module, behind those of the host. */
export const call = (place: number, ...operands: readonly Code[]): Code =>
  inOrder(operands) + CALL + unsigned(place);

/** A function: parameters and other locals by name, and statements. */
export interface Procedure {
  readonly name: string;
  readonly parameters: number;
  readonly locals: readonly Local["type"][];
  readonly body: Code;
}

/** Writes a function of whole numbers; `write` gets its parameters and a maker of locals. */
export function procedure(
  name: string,
  parameters: number,
  write: (parameters: readonly Local[], local: (type: Local["type"]) => Local) => readonly Code[],
): Procedure {
  const locals: Local["type"][] = [];
  const local = (type: Local["type"]): Local => ({
    type,
    index: parameters + locals.push(type) - 1,
  });
  const statements = write(
    Array.from({ length: parameters }, (_, index) => ({ type: "i32", index })),
    local,
  );
  const [first, ...others] = inOrder(statements).split(KEPT);
  const kept = new Map<Code, Local>();
  let body = first;
  for (const other of others) {
    const numbers = other.slice(0, KEPT_BYTES);
    const own = kept.get(numbers) ?? local("v128");
    kept.set(numbers, own);
    body += get(own) + other.slice(KEPT_BYTES);
  }
  const before = [...kept].map(([numbers, own]) => set(own, CONSTANT + numbers));
  return { name, parameters, locals, body: inOrder(before) + body };
}

/** What modules import from. */
const HOST = "\x04host";
/** A function of the host, which comes before the functions of the module. */
export interface HostFunction {
  readonly name: string;
  readonly parameters: number;
  /** Whether it takes whole numbers and gives nothing; otherwise float64 numbers, and one. */
  readonly isKernel?: boolean;
}

/**
 * A module that works on the imported memory `host.memory` and exports every function. A memory that
 * threads share has a largest size, of so many pages or fewer.
 */
export function assemble(
  procedures: readonly Procedure[],
  functions: readonly HostFunction[] = [],
  sharedPages?: number,
): Uint8Array<ArrayBuffer> {
  const list = (items: readonly Code[]) => unsigned(items.length) + inOrder(items);
  const sized = (content: Code) => unsigned(content.length) + content;
  const section = (name: keyof typeof SECTIONS, items: readonly Code[]) =>
    byte(SECTIONS[name]) + sized(list(items));
  const type = (parameters: number, of: Code, result = "") =>
    "\x60" + sized(of.repeat(parameters)) + sized(result);
  const memory = sized("memory") + "\x02";
  const limits = sharedPages === undefined ? "\x00\x00" : "\x03\x00" + unsigned(sharedPages);
  const place = (n: number) => unsigned(functions.length + n);
  const code =
    "\x00asm\x01\x00\x00\x00" +
    section("types", [
      ...functions.map(({ parameters, isKernel }) =>
        isKernel ? type(parameters, TYPES.i32) : type(parameters, TYPES.f64, TYPES.f64),
      ),
      ...procedures.map(({ parameters }) => type(parameters, TYPES.i32)),
    ]) +
    section("imports", [
      ...functions.map(({ name }, i) => HOST + sized(name) + "\x00" + unsigned(i)),
      HOST + memory + limits,
    ]) +
    section(
      "functions",
      procedures.map((_, i) => place(i)),
    ) +
    section(
      "exports",
      procedures.map(({ name }, i) => sized(name) + "\x00" + place(i)),
    ) +
    section(
      "code",
      procedures.map(({ locals, body }) =>
        sized(list(locals.map((type) => "\x01" + TYPES[type])) + body + END),
      ),
    );
  const bytes = new Uint8Array(code.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = code.charCodeAt(i);
  return bytes;
}
