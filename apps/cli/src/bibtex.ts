// References of the catalogue as BibTeX: what they say, and nothing that they do not.

/** `Authors, "Title", venue and year, arXiv:id`: a reference that says which part is what. */
const PARTS =
  /^(?<authors>[^"]+), "(?<title>[^"]+)"(?:, (?<published>.+?))?(?:, arXiv:(?<eprint>[\d.]+))?$/u;

/** Every reference as an entry, under keys that differ. */
export function bibtex(references: Iterable<string>): string {
  const taken = new Map<string, number>();
  const entries = Array.from(references, (reference) => {
    const wanted = keyOf(reference);
    const count = taken.get(wanted) ?? 0;
    taken.set(wanted, count + 1);
    // hopfield1982, hopfield1982b, …
    const key = count === 0 ? wanted : wanted + String.fromCodePoint(97 + count);
    const fields = Object.entries(fieldsOf(reference)).map(
      ([name, value]) => `  ${name} = {${escaped(value)}},`,
    );
    return `@misc{${key},\n${fields.join("\n")}\n}\n`;
  });
  return entries.join("\n");
}

/** What a reference says, by the names of BibTeX; a `note` of the whole where it cannot be taken apart. */
export function fieldsOf(reference: string): Readonly<Record<string, string>> {
  const { authors, title, published, eprint } = PARTS.exec(reference)?.groups ?? {};
  if (authors === undefined) return { note: reference };
  const [year] = /\b\d{4}\b/u.exec(published ?? "") ?? [];
  return {
    author: authors.replace(/ et al\.$/u, " and others").replaceAll(/, | & /gu, " and "),
    title,
    ...(published === undefined || published === year ? {} : { howpublished: published }),
    ...(year === undefined ? {} : { year }),
    ...(eprint === undefined ? {} : { eprint, archiveprefix: "arXiv" }),
  };
}

/** The first name and the year, as far as they are known. */
function keyOf(reference: string): string {
  const [name = "reference"] = /^\p{L}+/u.exec(reference) ?? [];
  const [year = ""] = /\b(?:18|19|20)\d\d\b(?!\.)/u.exec(reference.replace(/"[^"]*"/u, "")) ?? [];
  return `${name
    .normalize("NFD")
    .replaceAll(/\P{ASCII}/gu, "")
    .toLowerCase()}${year}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&%$#_]/gu, "\\$&");
}
