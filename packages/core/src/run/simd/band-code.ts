// Bands as code: one function that goes from block to block.

import {
  call,
  clear,
  type Code,
  copy,
  get,
  i32,
  ifBelow,
  type Local,
  procedure,
  type Procedure,
  set,
  whileBelow,
} from "../../wasm/assembler.ts";
import type { Argument, Band, Kernel, Member, Place } from "./actions.ts";
import { countCode, loopCode } from "./loops.ts";

const NUMBER = 4;

/** The function of a band: `name(batch, …addresses)`. `placeOf` knows the functions that it calls. */
export function bandProcedure(
  name: string,
  band: Band,
  isFused: boolean,
  placeOf: (kernel: Kernel) => number,
): Procedure {
  return procedure(name, 1 + band.arrays, ([batch, ...arrays], local) => {
    const [first, rows] = [local("i32"), local("i32")];
    const pointerTo = ({ array, step }: Place): Code =>
      step === 0
        ? get(arrays[array])
        : i32.add(get(arrays[array]), i32.mul(get(first), countCode(batch, step, NUMBER)));
    const argument = (one: Argument): Code => {
      if ("place" in one) return pointerTo(one.place);
      if ("step" in one) return countCode(batch, one.step, NUMBER);
      return one.size === "rows" ? get(rows) : countCode(batch, one.size);
    };
    const member = (one: Member): Code => {
      switch (one.kind) {
        case "call":
          return call(placeOf(one.kernel), ...one.args.map(argument));
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
            place.step === 0 ? [] : set(pointers[n], pointerTo(place)),
          );
          const around = { isFused, batch, arrays: pointers, local, rows };
          return [...moved.flat(), ...loopCode(one.loop, around).flat()];
        }
      }
    };
    const all = i32.of(band.rows);
    return [
      ...band.before.map(member),
      set(first, i32.of(0)),
      whileBelow(get(first), all, [
        set(rows, i32.of(band.block)),
        ifBelow(i32.sub(all, get(first)), get(rows), [set(rows, i32.sub(all, get(first)))]),
        ...band.each.map(member),
        set(first, i32.add(get(first), get(rows))),
      ]),
      ...band.after.map(member),
    ];
  });
}
