/** Where a record stands in a survey's first stage. Without a stratum there is one; without a cluster every record is its own. */
export interface DesignPlace {
  readonly stratum?: string | number;
  readonly psu?: string | number;
  /** Number of identical records this one stands for. */
  readonly copies?: number;
}

/**
 * How a stratum with a single cluster is treated, as its variance cannot be estimated. `refuse` · `certainty`: it adds nothing ·
 * `centreOnAll`: its cluster is compared with the mean over all clusters · `average`: it is given the mean variance of the other strata.
 */
export type SingleClusterPolicy = 'refuse' | 'certainty' | 'centreOnAll' | 'average';

/** A first-stage design, with-replacement: strata, and clusters inside them. */
export interface Design {
  readonly clusters: number;
  readonly strata: number;
  /** Clusters − strata. */
  readonly degreesOfFreedom: number;
  /** Var(Σ u), u by record: Σ strata m ÷ (m − 1) Σ clusters (u_c − mean)². @throws RangeError for a single cluster under `refuse` */
  varianceOf(u: ArrayLike<number>, singleClusters?: SingleClusterPolicy): number;
}

/** Reads a design out of its records. Clusters are named inside their stratum. */
export function createDesign(places: readonly DesignPlace[]): Design {
  const strata = new Map<string, number>();
  const clusters = new Map<string, number>();
  const stratumOf = new Int32Array(places.length);
  const clusterOf = new Int32Array(places.length).fill(-1);
  const clustersIn: number[] = [];
  places.forEach(({ stratum, psu, copies = 1 }, record) => {
    const index = indexIn(strata, `${stratum ?? ''}`);
    stratumOf[record] = index;
    clustersIn[index] ??= 0;
    if (psu === undefined) {
      clustersIn[index] += copies;
      return;
    }
    const before = clusters.size;
    clusterOf[record] = indexIn(clusters, `${index}/${psu}`);
    if (clusters.size > before) clustersIn[index] += 1;
  });
  const clusterCount = clustersIn.reduce((sum, count) => sum + count, 0);
  const stratumOfCluster = new Int32Array(clusters.size);
  clusterOf.forEach((cluster, record) => {
    if (cluster >= 0) stratumOfCluster[cluster] = stratumOf[record] ?? 0;
  });
  return {
    clusters: clusterCount,
    strata: strata.size,
    degreesOfFreedom: clusterCount - strata.size,
    varianceOf(u, singleClusters = 'refuse') {
      const totals = new Float64Array(clusters.size);
      const sums = new Float64Array(strata.size);
      const value = (record: number): number => u[record] ?? 0;
      const copiesOf = (record: number): number => places[record]?.copies ?? 1;
      for (let record = 0; record < places.length; record++) {
        const [cluster, stratum, total] = [
          clusterOf[record] ?? -1,
          stratumOf[record] ?? 0,
          value(record) * copiesOf(record),
        ];
        if (cluster >= 0) totals[cluster] = (totals[cluster] ?? 0) + total;
        sums[stratum] = (sums[stratum] ?? 0) + total;
      }
      const squares = new Float64Array(strata.size);
      const addSquare = (stratum: number, deviation: number, times: number): void => {
        squares[stratum] = (squares[stratum] ?? 0) + times * deviation * deviation;
      };
      const meanOf = (stratum: number): number => (sums[stratum] ?? 0) / (clustersIn[stratum] ?? 1);
      totals.forEach((total, cluster) => {
        const stratum = stratumOfCluster[cluster] ?? 0;
        addSquare(stratum, total - meanOf(stratum), 1);
      });
      for (let record = 0; record < places.length; record++) {
        if ((clusterOf[record] ?? -1) >= 0) continue;
        const stratum = stratumOf[record] ?? 0;
        addSquare(stratum, value(record) - meanOf(stratum), copiesOf(record));
      }
      return varianceFrom(clustersIn, squares, sums, singleClusters);
    },
  };
}

function varianceFrom(
  clustersIn: readonly number[],
  squares: Float64Array,
  sums: Float64Array,
  singleClusters: SingleClusterPolicy,
): number {
  const clusterCount = clustersIn.reduce((sum, count) => sum + count, 0);
  const meanOfAll = sums.reduce((sum, each) => sum + each, 0) / clusterCount;
  let variance = 0;
  let several = 0;
  clustersIn.forEach((count, stratum) => {
    if (count > 1) {
      variance += (count / (count - 1)) * (squares[stratum] ?? 0);
      several += 1;
    } else if (singleClusters === 'refuse') {
      throw new RangeError('A stratum has a single cluster: say how its variance is to be estimated.');
    } else if (singleClusters === 'centreOnAll') {
      variance += ((sums[stratum] ?? 0) - meanOfAll) ** 2;
    }
  });
  const isAveraged = singleClusters === 'average' && several > 0;
  return isAveraged ? (variance / several) * clustersIn.length : variance;
}

function indexIn(names: Map<string, number>, name: string): number {
  const index = names.get(name) ?? names.size;
  names.set(name, index);
  return index;
}
