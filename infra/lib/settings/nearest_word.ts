// As src/base/nearest.cc has it, so that both sides make the same suggestion.

function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; ++i) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; ++j) {
      const substituted = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(row[j]! + 1, row[j - 1]! + 1, substituted);
    }
  }
  return row[b.length]!;
}

/** By edit distance; nothing where even the nearest differs in more than half of its letters. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 2) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}
