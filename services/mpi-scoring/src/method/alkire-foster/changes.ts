/** A change of one figure between two times. Null where it has no meaning. */
export interface Change {
  readonly absolute: number | null;
  /** to ÷ from − 1. */
  readonly relative: number | null;
  /** absolute ÷ years. */
  readonly absoluteAnnualised: number | null;
  /** (to ÷ from)^(1 ÷ years) − 1. */
  readonly relativeAnnualised: number | null;
}

/**
 * @param years between the two, fractional where they are; annualised changes are null where it is not above zero
 */
export function changeOf(from: number | null, to: number | null, years: number): Change {
  if (from === null || to === null) {
    return { absolute: null, relative: null, absoluteAnnualised: null, relativeAnnualised: null };
  }
  const isApart = years > 0;
  return {
    absolute: to - from,
    relative: from === 0 ? null : to / from - 1,
    absoluteAnnualised: isApart ? (to - from) / years : null,
    relativeAnnualised: isApart && from !== 0 ? (to / from) ** (1 / years) - 1 : null,
  };
}

/** Headcount ratio, intensity and their product at one time. A is null where nobody is poor and then takes no part. */
export interface Incidence {
  readonly H: number;
  readonly A: number | null;
}

/** A change of M0 taken apart: what the number of poor people did, and what their intensity did. Adds up to the change. */
export interface IncidenceIntensity {
  readonly incidence: number;
  readonly intensity: number;
}

/**
 * Shapley over the product M0 = H × A: ΔM0 = ΔH × (A₀ + A₁) ÷ 2 + ΔA × (H₀ + H₁) ÷ 2. Where nobody is poor at one time there is no
 * intensity then, and the whole change is one of incidence.
 */
export function incidenceAndIntensity(from: Incidence, to: Incidence): IncidenceIntensity {
  const fromA = from.A ?? to.A ?? 0;
  const toA = to.A ?? from.A ?? 0;
  return {
    incidence: ((to.H - from.H) * (fromA + toA)) / 2,
    intensity: ((toA - fromA) * (from.H + to.H)) / 2,
  };
}

/** One subgroup at one time: its share of the persons, and its M0. */
export interface GroupState {
  readonly share: number;
  readonly M0: number;
}

/** A subgroup's part in the change of the whole: poverty inside it, and its weight in the population. Adds up over the groups. */
export interface GroupEffect {
  readonly within: number;
  readonly demographic: number;
}

/** ΔM0 = Σ [mean share × ΔM0 of the group + mean M0 of the group × Δshare]. A group that is absent at one time has share 0 there. */
export function groupEffect(from: GroupState, to: GroupState): GroupEffect {
  return {
    within: ((from.share + to.share) / 2) * (to.M0 - from.M0),
    demographic: ((from.M0 + to.M0) / 2) * (to.share - from.share),
  };
}

/** A subgroup at one time by all three factors of its part in M0: share × H × A. */
export interface GroupIncidence extends Incidence {
  readonly share: number;
}

/** The Shapley value of each factor. */
export interface ThreeFactors {
  readonly share: number;
  readonly incidence: number;
  readonly intensity: number;
}

/** Shapley over share × H × A: each factor's effect averaged over the six orders in which the three can change. */
export function shapleyOfThree(from: GroupIncidence, to: GroupIncidence): ThreeFactors {
  const before = [from.share, from.H, from.A ?? to.A ?? 0] as const;
  const after = [to.share, to.H, to.A ?? from.A ?? 0] as const;
  const effect = (factor: 0 | 1 | 2): number => {
    const [left, right] = ([0, 1, 2] as const).filter((other) => other !== factor) as [0 | 1 | 2, 0 | 1 | 2];
    const [p0, p1, q0, q1] = [before[left], after[left], before[right], after[right]];
    // Over six orders the other two stand unchanged twice, both changed twice, and each changed alone once.
    return ((after[factor] - before[factor]) * (2 * p0 * q0 + p1 * q0 + p0 * q1 + 2 * p1 * q1)) / 6;
  };
  return { share: effect(0), incidence: effect(1), intensity: effect(2) };
}
