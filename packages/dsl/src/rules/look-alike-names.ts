// W0209: two names that a reader takes for one: `β` and `beta`, or a Cyrillic `а` and a Latin `a`.

import type { Name } from "../1-parse/ast.ts";
import type { Diagnostics } from "../diagnostics/diagnostic.ts";

const GREEK = [
  ..."alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron".split(" "),
  ..."pi rho sigma sigma tau upsilon phi chi psi omega".split(" "),
];

/** Letters of other scripts that look exactly like a Latin one. */
const TWINS: ReadonlyMap<string, string> = new Map(
  [
    ["асеорхуіјѕԁ", "aceopxyijsd"],
    ["АВСЕНІЈКМОРЅТХУ", "ABCEHIJKMOPSTXY"],
    ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"],
  ].flatMap(([from, to]) => Array.from(from, (letter, i) => [letter, to[i]] as const)),
);

/** What a name looks like: Greek letters spelled out, twins of Latin letters made Latin. */
export function looksOf(name: string): string {
  if (isPlain(name)) return name;
  return Array.from(name.normalize("NFKC"), (letter) => {
    const twin = TWINS.get(letter);
    const greek = letter.codePointAt(0)! - "α".codePointAt(0)!;
    return twin ?? GREEK[greek] ?? letter;
  }).join("");
}

function isPlain(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 127) return false;
  return true;
}

/** W0209: a name that looks like one declared before it. */
export function lookAlikeNames(diagnostics: Diagnostics, names: readonly Name[]): void {
  const seen = new Map<string, Name>();
  for (const name of names) {
    const looks = looksOf(name.text);
    const other = seen.get(looks);
    if (other === undefined) seen.set(looks, name);
    else if (other.text !== name.text) {
      diagnostics.report("W0209", name.span, {
        message: `\`${name.text}\` and \`${other.text}\` are two different names`,
        label: "they look or read alike",
        related: [{ span: other.span, label: "did you mean this one?" }],
        help: ["rename one of them"],
      });
    }
  }
}
