/**
 * Did-you-mean: the nearest name within a Damerau-Levenshtein distance of a third of the length
 * (at least 1). `names` are of the kind that fits the place; `others` are asked only when none of
 * those is near enough. Ties go to the name listed first. A single letter is near nothing but
 * itself in the other case: whatever else one letter more or less makes of it would be a guess.
 */
export function suggest(
  wanted: string,
  names: Iterable<string>,
  others: Iterable<string> = [],
): string | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const isLetter = Array.from(wanted).length === 1;
  const letters = lettersOf(wanted);
  for (const candidates of [names, others]) {
    let best: string | undefined;
    let bestDistance = limit + 1;
    for (const name of candidates) {
      if (isLetter && name.toLowerCase() !== wanted.toLowerCase()) continue;
      if (name === wanted || Math.abs(name.length - wanted.length) >= bestDistance) continue;
      // An edit exchanges one letter for another at most: a quick look spares most names the rest.
      if (bitsIn(letters ^ lettersOf(name)) > 2 * (bestDistance - 1)) continue;
      const distance = editDistance(wanted, name);
      if (distance < bestDistance) [best, bestDistance] = [name, distance];
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

/** The letters of a name as bits, several letters a bit; letters beyond 16 bits are left out. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) letters |= 1 << (unit & 31);
  }
  return letters;
}

function bitsIn(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  const from = Array.from(a);
  const to = Array.from(b);
  let beforeLast: number[] = [];
  let last = to.map((_, j) => j + 1);
  last.unshift(0);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2] + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length];
}
