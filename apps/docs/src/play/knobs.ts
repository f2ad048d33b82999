// The numbers of a text that a slider turns.

/** A number in the text that can be turned: `const beta: real > 0 = 8`. */
export interface Knob {
  readonly name: string;
  readonly value: number;
}

const CONST =
  /^([ \t]*(?:const[ \t]+)(\w+)[^\n=]*=[ \t]*)(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?=[ \t]*(?:\/\/|$))/gm;

/** Every const that stands on a line of its own with a number. */
export function knobsOf(text: string): Knob[] {
  return [...text.matchAll(CONST)].map(([, , name, value]) => ({ name, value: Number(value) }));
}

/** The text with another number for a const. */
export function turned(text: string, name: string, value: number): string {
  return text.replaceAll(CONST, (all: string, before: string, found: string) =>
    found === name ? `${before}${Number(value.toPrecision(3))}` : all,
  );
}
