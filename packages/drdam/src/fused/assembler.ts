// WebAssembly as text that a reader can follow: expressions are nested calls, and what they return
// is the bytes of the code that computes them.
//
// Only what the kernels beside this file need: one memory, functions of whole numbers without
// results, loops, and vectors of four float32 numbers.
// @see https://webassembly.github.io/spec/core/binary/

/** The bytes of some code. */
export type Code = readonly number[];

/** A local variable: a whole number, or four numbers. */
export interface Local {
  readonly type: "i32" | "v128";
  readonly index: number;
}

const TYPES = { i32: 0x7f, v128: 0x7b } as const;

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

const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), VECTOR, ...unsigned(opcode)];
const whole =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), opcode];
const access =
  (opcode: number) =>
  (...operands: readonly Code[]) =>
  (offset: number): Code => [
    ...operands.flat(),
    VECTOR,
    ...unsigned(opcode),
    0,
    ...unsigned(offset),
  ];

export const get = ({ index }: Local): Code => [0x20, ...unsigned(index)];
export const set = ({ index }: Local, value: Code): Code => [...value, 0x21, ...unsigned(index)];

/** Whole numbers. */
export const i32 = {
  of: (value: number): Code => [0x41, ...signed(value)],
  add: whole(0x6a),
  sub: whole(0x6b),
  mul: whole(0x6c),
  shl: whole(0x74),
  lessThan: whole(0x49),
};

/** Four numbers in memory; the offset is in bytes. */
export const load = (at: Code, offset = 0): Code => access(0x00)(at)(offset);
/** One number in memory, four times. */
export const loadSplat = (at: Code, offset = 0): Code => access(0x09)(at)(offset);
export const store = (at: Code, value: Code, offset = 0): Code => access(0x0b)(at, value)(offset);

/** Four numbers as they lie in memory. */
const constant = (four: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): Code => [
  VECTOR,
  0x0c,
  ...new Uint8Array(four.buffer),
];

/** Four float32 numbers. */
export const f32x4 = {
  of: (value: number): Code => constant(Float32Array.of(value, value, value, value)),
  add: vector(0xe4),
  sub: vector(0xe5),
  mul: vector(0xe6),
};

/** The bits of four numbers. */
export const bits = {
  of: (...words: readonly number[]): Code => constant(Int32Array.of(...words)),
  xor: vector(0x51),
  shiftLeft: (value: Code, by: number): Code => vector(0xab)(value, i32.of(by)),
};

/** The four numbers of `value` in another order. */
export const shuffle = (value: Local, order: readonly number[]): Code => [
  ...get(value),
  ...get(value),
  VECTOR,
  0x0d,
  ...order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];

/** `a b + c`, rounded once where the machine can, if `isFused`; else twice. */
export const multiplyAdd =
  (isFused: boolean) =>
  (a: Code, b: Code, c: Code): Code =>
    isFused ? vector(0x105)(a, b, c) : f32x4.add(f32x4.mul(a, b), c);

/** `body` for `counter = from, from + by, …` while it is below `until`; at least once. */
export function loop(
  counter: Local,
  range: { readonly from: Code; readonly until: Code; readonly by: Code },
  body: readonly Code[],
): Code {
  return [
    ...set(counter, range.from),
    ...LOOP,
    ...body.flat(),
    ...set(counter, i32.add(get(counter), range.by)),
    ...i32.lessThan(get(counter), range.until),
    BRANCH_IF,
    0,
    END,
  ];
}

/** `body` as long as `a` is below `b`. */
export function whileBelow(a: Code, b: Code, body: readonly Code[]): Code {
  return [...LOOP, ...ifBelow(a, b, [...body, [BRANCH, 1]]), END];
}

/** `body` if `a` is below `b`. */
export function ifBelow(a: Code, b: Code, body: readonly Code[]): Code {
  return [...i32.lessThan(a, b), ...IF, ...body.flat(), END];
}

/** Calls the function at a place in the module. */
export const call = (place: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  CALL,
  ...unsigned(place),
];

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
  const body = write(
    Array.from({ length: parameters }, (_, index) => ({ type: "i32", index })),
    (type) => ({ type, index: parameters + locals.push(type) - 1 }),
  ).flat();
  return { name, parameters, locals, body };
}

/** A module that works on the imported memory `host.memory` and exports every function. */
export function assemble(procedures: readonly Procedure[]): Uint8Array<ArrayBuffer> {
  const list = (items: readonly Code[]) => [...unsigned(items.length), ...items.flat()];
  const text = (ascii: string) => list(Array.from(ascii, (letter) => [letter.charCodeAt(0)]));
  const section = (name: keyof typeof SECTIONS, items: readonly Code[]) => {
    const content = list(items);
    return [SECTIONS[name], ...unsigned(content.length), ...content];
  };
  const types = procedures.map(({ parameters }) => {
    const each = Array.from({ length: parameters }, () => [TYPES.i32]);
    return [0x60, ...list(each), ...list([])];
  });
  const code = procedures.map(({ locals, body }) => {
    const content = [...list(locals.map((type) => [1, TYPES[type]])), ...body, END];
    return [...unsigned(content.length), ...content];
  });
  const sections = [
    section("types", types),
    section("imports", [[...text("host"), ...text("memory"), 0x02, 0x00, 0]]),
    section(
      "functions",
      procedures.map((_, i) => unsigned(i)),
    ),
    section(
      "exports",
      procedures.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]),
    ),
    section("code", code),
  ];
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}
