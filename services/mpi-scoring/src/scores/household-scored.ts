import type { EventOf, householdScored } from '@faemban/contracts';
import type { Threshold, TpmapDimension } from '@faemban/reference-data';
import type { Method } from '../method/assess';
import type { Segment, SurveyInput, WelfareInput } from './score';

type Scored = EventOf<typeof householdScored>;
type FailedIndicator = Scored['data']['failed'][number];

/** Scores one segment of a household's timeline under one ruleset. */
export function scoreSegment(householdId: string, segment: Segment, method: Method<TpmapDimension>): Scored {
  const { survey, registers, validFrom } = segment;
  const { failedIndicators, failedDimensions, isPoor } = method.assess(survey.answers);
  const members = survey.members.map((member) => ({ ...member, ...welfareOf(member.personId, registers) }));
  return {
    type: 'HouseholdScored',
    data: {
      householdId,
      round: survey.round,
      ruleset: { id: method.ruleset.id, version: method.ruleset.version },
      validFrom,
      area: survey.area,
      answers: survey.answers,
      happiness: survey.happiness,
      members,
      failedDimensions: [...failedDimensions],
      isPoor,
      targetPersons: isPoor ? members.reduce((count, { verified }) => count + Number(verified), 0) : 0,
      failed: failedIndicators.map((indicator) => explain(indicator, survey, method)),
      basedOn: basisOf(survey, registers),
    },
  };
}

/** The latest register that names a person says whether he registered and whether he passed; nobody else did either. */
function welfareOf(personId: string, registers: readonly WelfareInput[]): { registered: boolean; verified: boolean } {
  for (let index = registers.length - 1; index >= 0; index--) {
    const named = registers[index]?.registrations.find((registration) => registration.personId === personId);
    if (named) return { registered: named.registered, verified: named.verified };
  }
  return { registered: false, verified: false };
}

function explain(indicator: number, survey: SurveyInput, method: Method<TpmapDimension>): FailedIndicator {
  const dimension = method.dimensionOf(indicator);
  const threshold = method.thresholdOf(indicator);
  const value = threshold && measuredFigure(threshold.measure, survey);
  if (!threshold || value === null || value === undefined) return { indicator, dimension };
  return { indicator, dimension, measured: { value, threshold: threshold.min, unit: unitTexts[threshold.unit] } };
}

const unitTexts: Readonly<Record<Threshold['unit'], string>> = {
  gram: 'g',
  litrePerPersonPerDay: 'l/person/day',
  bahtPerPersonPerYear: 'baht/person/year',
};

const satangPerBaht = 100;

/** The figure behind an answer. Mean income is cut to whole satang, so that it never looks as if it had reached the line. */
function measuredFigure(measure: Threshold['measure'], { figures, members }: SurveyInput): number | null {
  switch (measure) {
    case 'lowestBirthWeight':
      return figures.birthWeightG;
    case 'drinkingWater':
      return figures.drinkingWaterL;
    case 'utilityWater':
      return figures.utilityWaterL;
    case 'meanIncome':
      return Math.floor(figures.incomeSatang / members.length) / satangPerBaht;
  }
}

function basisOf(survey: SurveyInput, registers: readonly WelfareInput[]): Scored['data']['basedOn'] {
  return [...registers, survey]
    .map(({ factId, kind, source, validFrom }) => ({ factId, kind, source, validFrom }))
    .sort((one, other) => (one.validFrom < other.validFrom ? -1 : one.validFrom > other.validFrom ? 1 : 0));
}
