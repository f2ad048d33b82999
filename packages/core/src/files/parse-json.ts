// JSON whose keys may be anything.

/** What is made of a value, as `JSON.parse` wants it. */
type Revive = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Strings with all that is escaped in them, and the beginnings of objects that hold something. */
const PARTS = /"[^"\\]*(?:\\[^][^"\\]*)*"|\{(?=\s*")/g;

/**
 * `JSON.parse`, also where V8 takes one key for another: the one of Node.js 24 compares a key with escapes
 * as it is written with the last one that it has seen in its place, so that after `{"a": 0, "\\": 0}` the
 * second key of `{"a": 0, "\"": 0}` is `\`. Objects that begin with a key of their own follow no other.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string, revive?: Revive): unknown {
  const plain: unknown = JSON.parse(text, revive);
  if (!text.includes("\\")) return plain;
  const own = String(Math.random());
  const apart = text.replace(PARTS, (part, at) => (part === "{" ? `{"${own}${at}":0,` : part));
  const kept: Revive = (key, value, context) =>
    key.startsWith(own) ? undefined : revive ? revive(key, value, context) : value;
  return JSON.parse(apart, kept);
}
