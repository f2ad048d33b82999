import { inTurns, makeTurn, type StopOptions, type Work } from "@hamlet/core";
import { assertMatrix, HamError } from "@hamlet/graph";
import { type Points, pointAt } from "../data/points.ts";

/** Points in groups. */
export interface Clusters {
  /** The cluster of each point, `[n]`: 0 for the largest, then by falling size. */
  readonly labels: Int32Array;
  /** The means of the clusters, `[clusters, width]`. */
  readonly centers: Points;
  readonly sizes: Int32Array;
  /** The distances of all `n − 1` mergers, rising: a threshold belongs into a wide gap of them. */
  readonly heights: Float64Array;
}

/** Two clusters that became one, by one point of each. */
interface Merger {
  readonly a: number;
  readonly b: number;
  readonly height: number;
}

/**
 * Ward's clusters: beginning with single points, the two clusters whose union adds least to the
 * squared distances from the means become one, as long as their distance
 * `√(2 n_a n_b/(n_a + n_b)) |c_a − c_b|` is below the threshold.
 *
 * For single points that is the Euclidean distance; the convention is that of SciPy and
 * scikit-learn. Mergers are found along chains of nearest neighbours, in O(n²) time and O(n) memory.
 * @throws HamError `diffusion/threshold` unless `threshold` is a number above 0; as `assertMatrix`.
 * @see Ward, Hierarchical grouping to optimize an objective function, 1963; Murtagh, A survey of
 * recent advances in hierarchical clustering algorithms, 1983.
 */
export async function wardClusters(
  points: Points,
  { threshold, signal }: StopOptions & { readonly threshold: number },
): Promise<Clusters> {
  assertMatrix("points", points);
  if (!(threshold > 0)) {
    throw new HamError(
      "diffusion/threshold",
      `The distance threshold of clusters must be a number above 0, not ${threshold}.`,
      { threshold },
    );
  }
  const mergers = await inTurns(mergersOf(points), makeTurn(signal));
  const heights = Float64Array.from(mergers, ({ height }) => height).sort();
  return { ...groupsOf(points, mergers, threshold), heights };
}

/** All mergers, not in order of their heights. */
function* mergersOf(points: Points): Work<Merger[]> {
  const [n, width] = points.shape;
  const centers = new Float64Array(points.data);
  const sizes = new Float64Array(n).fill(1);
  /** The clusters that are left, in the first `left` places. */
  const alive = Int32Array.from(sizes, (_, i) => i);
  const distance = (a: number, b: number) => {
    let square = 0;
    for (let d = 0; d < width; d++) {
      square += (centers[a * width + d] - centers[b * width + d]) ** 2;
    }
    return ((2 * sizes[a] * sizes[b]) / (sizes[a] + sizes[b])) * square;
  };
  const mergers: Merger[] = [];
  const chain: number[] = [];
  for (let left = n; left > 1;) {
    yield;
    if (chain.length === 0) chain.push(alive[0]);
    const a = chain.at(-1)!;
    // Of equally near neighbours the one before in the chain comes first, so that chains end.
    const before = chain.at(-2);
    let [nearest, smallest] = before === undefined ? [-1, Infinity] : [before, distance(a, before)];
    for (let i = 0; i < left; i++) {
      const other = alive[i];
      if (other === a) continue;
      const square = distance(a, other);
      if (square < smallest) [nearest, smallest] = [other, square];
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    mergers.push({ a, b: nearest, height: Math.sqrt(smallest) });
    const size = sizes[a] + sizes[nearest];
    for (let d = 0; d < width; d++) {
      const [p, q] = [a * width + d, nearest * width + d];
      centers[p] = (sizes[a] * centers[p] + sizes[nearest] * centers[q]) / size;
    }
    sizes[a] = size;
    alive[alive.indexOf(nearest)] = alive[--left];
  }
  return mergers;
}

/** The groups that mergers below a threshold make. */
function groupsOf(points: Points, mergers: readonly Merger[], threshold: number) {
  const [n, width] = points.shape;
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const rootOf = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const { a, b, height } of mergers) if (height < threshold) parent[rootOf(b)] = rootOf(a);
  const members = Map.groupBy(Array.from(parent.keys()), rootOf);
  const groups = [...members.values()].toSorted((a, b) => b.length - a.length || a[0] - b[0]);
  const labels = new Int32Array(n);
  const data = new Float64Array(groups.length * width);
  groups.forEach((group, label) => {
    for (const i of group) {
      labels[i] = label;
      pointAt(points, i).forEach((value, d) => (data[label * width + d] += value / group.length));
    }
  });
  return {
    labels,
    centers: { shape: [groups.length, width], data } satisfies Points,
    sizes: Int32Array.from(groups, (group) => group.length),
  };
}
