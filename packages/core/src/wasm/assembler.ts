// WebAssembly as text that a reader can follow: expressions are nested calls, and what they return
// is the bytes of the code that computes them.
//
// Only what kernels need: one memory, functions of whole numbers without results, functions of the
// host, loops, and vectors of four float32 or two float64 numbers.
// @see https://webassembly.github.io/spec/core/binary/

/** The bytes of some code, in pieces: what it is made of is copied once, when the whole is known. */
export type Code = readonly (number | Code)[];

/** A local variable: a whole number, or the 128 bits of a vector. */
export interface Local {
  readonly type: "i32" | "v128";
  readonly index: number;
}

const TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;

/** What stands around code, and where it goes on; blocks have no results. */
const LOOP = [0x03, 0x40] as const;
const IF = [0x04, 0x40] as const;
const END = 0x0b;
const BRANCH = 0x0c;
const BRANCH_IF = 0x0d;
const CALL = 0x10;
/** What comes before the code of an operation on vectors. */
const VECTOR = 0xfd;

/** The parts of a module. */
const SECTIONS = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;

/** A whole number as LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const vector = (opcode: number) => {
  const own = [VECTOR, ...unsigned(opcode)];
  return (...operands: readonly Code[]): Code => [operands, own];
};
const plain =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [operands, opcode];
const access = (opcode: number) => {
  const own = [VECTOR, ...unsigned(opcode), 0];
  return (at: Code, offset = 0): Code => [at, own, unsigned(offset)];
};

const gets: Code[] = [];
export const get = ({ index }: Local): Code => (gets[index] ??= [0x20, ...unsigned(index)]);
export const set = ({ index }: Local, value: Code): Code => [value, 0x21, unsigned(index)];

/** Whole numbers. */
export const i32 = {
  of: (value: number): Code => [0x41, signed(value)],
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
export const store = (at: Code, value: Code, offset = 0): Code => storeAll([at, value], offset);
/** One number in memory as lane `lane` of `value`, whose others stay. */
export const loadLane = (at: Code, value: Code, lane: number): Code => [
  access(0x56)([at, value]),
  lane,
];
/** One number in memory, and three zeros. */
export const loadOne = access(0x5c);
/** One lane of `value` into memory. */
export const storeLane = (at: Code, value: Code, lane: number): Code => [
  access(0x5a)([at, value]),
  lane,
];
/** The first lane of `value` into memory. */
export const storeOne = (at: Code, value: Code): Code => storeLane(at, value, 0);

/** One float64 number in memory, and a zero. */
export const loadDouble = access(0x5d);
/** The same, twice. */
export const loadDoubleSplat = access(0x0a);
/** The first float64 number of `value` into memory. */
export const storeDouble = (at: Code, value: Code): Code => [access(0x5b)([at, value]), 0];
/** Zeros in so many bytes of memory. */
export const clear = (at: Code, bytes: Code): Code => [at, i32.of(0), bytes, 0xfc, 11, 0];
/** Copies so many bytes. */
export const copy = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 10, 0, 0];

/** Vectors that code names by numbers that are no bytes, from this one on. */
const FIRST_CONSTANT = 256;
const constants: number[][] = [];
const constantPlaces = new Map<string, number>();

/**
 * Numbers as they lie in memory. A vector takes a machine several instructions to write down, so
 * {@link procedure} keeps each in a local; nothing but zeros, or ones, costs nothing.
 */
function constant(
  numbers: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
): Code {
  const code = [VECTOR, 0x0c, ...new Uint8Array(numbers.buffer)];
  if ([0x00, 0xff].some((byte) => code.slice(2).every((own) => own === byte))) return code;
  const name = code.join();
  let place = constantPlaces.get(name);
  if (place === undefined) {
    place = constants.push(code) - 1;
    constantPlaces.set(name, place);
  }
  return [FIRST_CONSTANT + place];
}

/** The codes of numbers that were asked for before. */
const singles = new Map<number, Code>();

/** Four float32 numbers. */
export const f32x4 = {
  of(value: number): Code {
    const known = singles.get(value);
    // −0 and 0 are one to a map.
    if (known !== undefined && value !== 0) return known;
    const code = constant(Float32Array.of(value, value, value, value));
    singles.set(value, code);
    return code;
  },
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
  lane: (value: Code, lane: number): Code => [vector(0x21)(value), lane],
  withLane: (value: Code, lane: number, number: Code): Code => [vector(0x22)(value, number), lane],
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
export const shuffle = (value: Local, order: readonly number[], other = value): Code => [
  get(value),
  get(other),
  VECTOR,
  0x0d,
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];

/** `a b + c`, rounded once where the machine can, if `isFused`; else twice. */
export const multiplyAdd = (isFused: boolean): ((a: Code, b: Code, c: Code) => Code) =>
  isFused ? vector(0x105) : (a, b, c) => f32x4.add(f32x4.mul(a, b), c);

/** `body` for `counter = from, from + by, …` while it is below `until`; at least once. */
export function loop(
  counter: Local,
  range: { readonly from: Code; readonly until: Code; readonly by: Code },
  body: readonly Code[],
): Code {
  return [
    set(counter, range.from),
    LOOP,
    body,
    set(counter, i32.add(get(counter), range.by)),
    i32.lessThan(get(counter), range.until),
    BRANCH_IF,
    0,
    END,
  ];
}

/** `body` as long as `a` is below `b`. */
export function whileBelow(a: Code, b: Code, body: readonly Code[]): Code {
  return [LOOP, ifBelow(a, b, [body, [BRANCH, 1]]), END];
}

/** `body` if `a` is below `b`. */
export function ifBelow(a: Code, b: Code, body: readonly Code[]): Code {
  return ifTrue(i32.lessThan(a, b), body);
}

/** `body` if a whole number is not 0. */
export function ifTrue(condition: Code, body: readonly Code[]): Code {
  return [condition, IF, body, END];
}

/** Calls the function at a place in the module, behind those of the host. */
export const call = (place: number, ...operands: readonly Code[]): Code => [
  operands,
  CALL,
  unsigned(place),
];

/** A function: parameters and other locals by name, and statements. */
export interface Procedure {
  readonly name: string;
  readonly parameters: number;
  readonly locals: readonly Local["type"][];
  readonly body: Uint8Array;
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
  const kept = new Map<number, Local>();
  const body: number[] = [];
  const add = (code: Code): void => {
    // By places: what runs once runs in the interpreter, where an iterator takes thrice the time.
    for (let i = 0; i < code.length; i++) {
      const part = code[i];
      if (typeof part !== "number") add(part);
      else if (part < FIRST_CONSTANT) body.push(part);
      else {
        const own = kept.get(part) ?? local("v128");
        kept.set(part, own);
        add(get(own));
      }
    }
  };
  add(statements);
  const statementsOnly = body.splice(0);
  for (const [part, own] of kept) add(set(own, constants[part - FIRST_CONSTANT]));
  return { name, parameters, locals, body: joined(body, statementsOnly) };
}

/** A function of the host, which comes before the functions of the module. */
export interface HostFunction {
  readonly name: string;
  readonly parameters: number;
  /** Whether it takes whole numbers and gives nothing; otherwise float64 numbers, and one. */
  readonly isKernel?: boolean;
}

type Bytes = readonly number[] | Uint8Array;

function joined(...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let next = 0;
  for (const part of parts) {
    all.set(part, next);
    next += part.length;
  }
  return all;
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
  const list = (items: readonly Bytes[]) => joined(unsigned(items.length), ...items);
  const text = (ascii: string) => list(Array.from(ascii, (letter) => [letter.charCodeAt(0)]));
  const sized = (content: Bytes) => joined(unsigned(content.length), content);
  const section = (name: keyof typeof SECTIONS, items: readonly Bytes[]) =>
    joined([SECTIONS[name]], sized(list(items)));
  const many = (count: number, type: keyof typeof TYPES) =>
    list(Array.from({ length: count }, () => [TYPES[type]]));
  const host = text("host");
  const limits = sharedPages === undefined ? [0x00, 0] : [0x03, 0, ...unsigned(sharedPages)];
  const types = [
    ...functions.map(({ parameters, isKernel }) =>
      isKernel
        ? [0x60, ...many(parameters, "i32"), ...many(0, "i32")]
        : [0x60, ...many(parameters, "f64"), ...many(1, "f64")],
    ),
    ...procedures.map(({ parameters }) => [0x60, ...many(parameters, "i32"), ...many(0, "i32")]),
  ];
  const code = procedures.map(({ locals, body }) =>
    sized(joined(list(locals.map((type) => [1, TYPES[type]])), body, [END])),
  );
  const place = (n: number) => unsigned(functions.length + n);
  const sections = [
    section("types", types),
    section("imports", [
      ...functions.map(({ name }, i) => [...host, ...text(name), 0x00, ...unsigned(i)]),
      [...host, ...text("memory"), 0x02, ...limits],
    ]),
    section(
      "functions",
      procedures.map((_, i) => place(i)),
    ),
    section(
      "exports",
      procedures.map(({ name }, i) => [...text(name), 0x00, ...place(i)]),
    ),
    section("code", code),
  ];
  return joined([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], ...sections);
}
