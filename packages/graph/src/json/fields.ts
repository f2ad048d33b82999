// Reading values of unknown origin: every reader knows its place in the file and says it when
// something else stands there.

import { HamError } from "../error.ts";

/** A value of a file and where it stands, such as `exprs[3].args[1]`. */
export class Field {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** Stops with `graph/ir-malformed`. */
  fail(expected: string): never {
    const found = this.value === undefined ? "nothing" : shown(this.value);
    throw new HamError(
      "graph/ir-malformed",
      `This is not a Hamlet model: ${this.path === "" ? "the file" : `"${this.path}"`} should be ${expected}, but it is ${found}. Write the file again from its .ham source.`,
      { path: this.path },
    );
  }

  /** The field of an object; its value is undefined when it is missing. */
  get(name: string): Field {
    return new Field(this.#record()[name], this.path === "" ? name : `${this.path}.${name}`);
  }

  has(name: string): boolean {
    return this.#record()[name] !== undefined;
  }

  #record(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail("an object");
    }
    return value as Record<string, unknown>;
  }

  keys(): string[] {
    return Object.keys(this.#record());
  }

  list(): Field[] {
    if (!Array.isArray(this.value)) this.fail("a list");
    return (this.value as unknown[]).map((item, i) => new Field(item, `${this.path}[${i}]`));
  }

  text(): string {
    if (typeof this.value !== "string") this.fail("a text");
    return this.value;
  }

  number(): number {
    if (typeof this.value !== "number") this.fail("a number");
    return this.value;
  }

  truth(): boolean {
    if (typeof this.value !== "boolean") this.fail("true or false");
    return this.value;
  }

  /** One of a few words. */
  word<W extends string>(words: readonly W[]): W {
    const found = words.find((word) => word === this.value);
    if (found === undefined) this.fail(`one of ${words.join(", ")}`);
    return found;
  }

  /** What an id or a name stands for. */
  of<K, V>(things: ReadonlyMap<K, V>, what: string): V {
    const thing = things.get(this.value as K);
    if (thing === undefined) this.fail(`the id of ${what} that stands earlier in the file`);
    return thing;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
