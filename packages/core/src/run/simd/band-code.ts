// Bands as code: one function that goes from block to block, or three where there are several parts.

import {
  call,
  clear,
  type Code,
  copy,
  get,
  i32,
  ifBelow,
  inOrder,
  type Local,
  procedure,
  type Procedure,
  set,
  whileBelow,
} from "../../wasm/assembler.ts";
import type { Argument, Band, Call, Member, Place } from "./actions.ts";
import { countCode, loopCode } from "./loops.ts";
import { NUMBER } from "./sizes.ts";

/**
 * The functions of a band. Of one part, `name(batch, …addresses)`; of several, the same with `Before`
 * and `After` behind the name, and between them `namePart(part, batch, …addresses)` for each. `placeOf`
 * knows the functions that it calls.
 */
export function bandProcedures(
  name: string,
  band: Band,
  isFused: boolean,
  placeOf: (call: Call) => number,
): Procedure[] {
  const made = (end: string, write: (writer: Writer) => readonly Code[]) =>
    procedure(`${name}${end}`, 1 + band.arrays, ([batch, ...arrays], local) =>
      write(new Writer(band, { isFused, batch, arrays, local, placeOf })),
    );
  if (band.parts === 1)
    return [made("", (writer) => [...writer.before(), ...writer.part(), ...writer.after()])];
  return [
    made("Before", (writer) => writer.before()),
    procedure(`${name}Part`, 2 + band.arrays, ([part, batch, ...arrays], local) =>
      new Writer(band, { isFused, batch, arrays, local, placeOf }).part(part),
    ),
    made("After", (writer) => writer.after()),
  ];
}

interface Surroundings {
  readonly isFused: boolean;
  readonly batch: Local;
  readonly arrays: readonly Local[];
  readonly local: (type: Local["type"]) => Local;
  readonly placeOf: (call: Call) => number;
}

class Writer {
  readonly #band: Band;
  readonly #around: Surroundings;
  /** The first row of a block, and how many it has. */
  readonly #first: Local;
  readonly #rows: Local;

  constructor(band: Band, around: Surroundings) {
    this.#band = band;
    this.#around = around;
    [this.#first, this.#rows] = [around.local("i32"), around.local("i32")];
  }

  before(): Code[] {
    return this.#members(this.#band.before);
  }

  /** The blocks of a part, or of the only one. */
  part(part?: Local): Code[] {
    const { rows: all, block, part: size, begin, each, own } = this.#band;
    const [first, rows, until] = [this.#first, this.#rows, this.#around.local("i32")];
    const last = i32.of(all);
    const begins = part === undefined ? i32.of(0) : i32.mul(get(part), i32.of(size));
    return [
      set(first, begins),
      set(until, last),
      ...(part === undefined
        ? []
        : [
            ifBelow(i32.add(get(first), i32.of(size)), last, [
              set(until, i32.add(get(first), i32.of(size))),
            ]),
            ...[...own].map(([array, count]) => this.#moved(array, count, get(part))),
          ]),
      ...this.#members(begin),
      whileBelow(get(first), get(until), [
        set(rows, i32.of(block)),
        ifBelow(i32.sub(get(until), get(first)), get(rows), [
          set(rows, i32.sub(get(until), get(first))),
        ]),
        ...this.#members(each),
        set(first, i32.add(get(first), get(rows))),
      ]),
    ];
  }

  after(): Code[] {
    const { parts, own, clear: first, merge, after } = this.#band;
    const part = this.#around.local("i32");
    const merged = merge.flatMap((members) => [
      set(part, i32.of(0)),
      whileBelow(get(part), i32.of(parts), [
        ...this.#members(members),
        ...[...own].map(([array, count]) => this.#moved(array, count, i32.of(1))),
        set(part, i32.add(get(part), i32.of(1))),
      ]),
      ...[...own].map(([array, count]) => this.#moved(array, count, i32.of(-parts))),
    ]);
    return [...this.#members(first), ...merged, ...this.#members(after)];
  }

  /** An array on to that of so many parts later. */
  #moved(array: number, count: number, parts: Code): Code {
    const { arrays, batch } = this.#around;
    const bytes = i32.mul(parts, countCode(batch, count, NUMBER));
    return set(arrays[array], i32.add(get(arrays[array]), bytes));
  }

  #pointerTo({ array, step }: Place): Code {
    const { arrays, batch } = this.#around;
    if (step === 0) return get(arrays[array]);
    return i32.add(get(arrays[array]), i32.mul(get(this.#first), countCode(batch, step, NUMBER)));
  }

  #argument(one: Argument): Code {
    const { batch } = this.#around;
    if ("place" in one) return this.#pointerTo(one.place);
    if ("step" in one) return countCode(batch, one.step, NUMBER);
    if ("value" in one) return i32.of(one.value);
    return one.size === "rows" ? get(this.#rows) : countCode(batch, one.size);
  }

  #members(members: readonly Member[]): Code[] {
    return members.map((member) => this.#member(member));
  }

  #member(one: Member): Code {
    const { isFused, batch, arrays, local, placeOf } = this.#around;
    switch (one.kind) {
      case "call":
        return call(placeOf(one), ...one.args.map((arg) => this.#argument(arg)));
      case "clear":
        return clear(get(arrays[one.array]), countCode(batch, one.count, NUMBER));
      case "copy": {
        const [to, from] = [get(arrays[one.to]), get(arrays[one.from])];
        return copy(to, from, countCode(batch, one.count, NUMBER));
      }
      case "loop": {
        const pointers = one.places.map((place): Local => {
          return place.step === 0 ? arrays[place.array] : local("i32");
        });
        const moved = one.places.map((place, n) =>
          place.step === 0 ? "" : set(pointers[n], this.#pointerTo(place)),
        );
        const around = { isFused, batch, arrays: pointers, local, rows: this.#rows };
        return inOrder([...moved, ...loopCode(one.loop, around)]);
      }
    }
  }
}
