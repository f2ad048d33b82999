// Names as LaTeX: Greek letters by their English names, longer words upright, parts after an
// underscore and digits at the end as subscripts.

const GREEK =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega " +
  "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega";

const COMMANDS: ReadonlyMap<string, string> = new Map(
  GREEK.split(" ").map((name) => [name, `\\${name}`]),
);

/** A name split into what stands on the line and what stands below it. */
export interface LatexName {
  readonly base: string;
  readonly below: readonly string[];
}

/** How a name of the model is written; `W_out2` is W with the subscripts "out" and 2. */
export function latexName(name: string): LatexName {
  const [head, ...parts] = name.split("_").filter((part) => part !== "");
  if (head === undefined) return { base: word(name), below: [] };
  // x1 is x with a 1 below it; a number inside a word belongs to the word.
  const [, letters, digits] = /^(\p{L}+)(\d+)$/u.exec(head) ?? ["", head, ""];
  const below = [...(digits === "" ? [] : [digits]), ...parts.map((part) => word(part))];
  return { base: word(letters), below };
}

/** The whole of a name. */
export function joined({ base, below }: LatexName): string {
  return below.length === 0 ? base : `${base}_{${below.join(", ")}}`;
}

/** One word: a letter, a Greek letter, a number, or an upright text. */
function word(text: string): string {
  const command = COMMANDS.get(text);
  if (command !== undefined) return command;
  if (/^(?:[A-Za-z]|[α-ωΑ-Ω]|\d+)$/u.test(text)) return text;
  if (/^[A-Za-z0-9]+$/.test(text)) return `\\mathrm{${text}}`;
  return `\\text{${text.replace(/[\\{}$&#^_%~]/g, escaped)}}`;
}

function escaped(character: string): string {
  if (character === "\\") return "\\textbackslash{}";
  if (character === "^") return "\\textasciicircum{}";
  return character === "~" ? "\\textasciitilde{}" : `\\${character}`;
}
