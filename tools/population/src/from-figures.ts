import {
  suratThaniDistrictFigures,
  suratThaniFailurePercentByIndicator,
  suratThaniMunicipalityFigures,
  suratThaniProvinceFigures,
  suratThaniTambonFigures,
  suratThaniTargetPersonsByExactMask,
} from '@faemban/reference-data';
import { writeSurvey } from './generate';
import type { GenerationReport, OutputOptions } from './generate';
import { inventVillages } from './invented-villages';
import type { DistrictTotals, Proportions } from './invented-villages';
import { randomOf } from './random';

/** The district that is made where none is asked for. */
export const DEFAULT_DISTRICT = '8417';

const ROUND = 2561;

/** What {@link generateFromFigures} makes a population of. */
export type FiguresOptions = OutputOptions & {
  /** A district of Surat Thani, four digits. Default {@link DEFAULT_DISTRICT}. */
  district?: string;
};

/**
 * Makes survey files of a district of Surat Thani from the computed figures that ship with the product, for machines without
 * the published files. Exact for the district: households, persons, poor ones, target persons and the five dimensions,
 * and how many fail three; for its tambons: households, persons, target persons. Villages and everything else are invented.
 *
 * @returns what was made; nothing counts as not reached, as nothing else is published
 * @throws Error where the district is not in Surat Thani
 */
export async function generateFromFigures(options: FiguresOptions): Promise<GenerationReport> {
  const district = options.district ?? DEFAULT_DISTRICT;
  const villages = inventVillages(
    totalsOf(district),
    PROPORTIONS,
    randomOf(`${options.seed ?? 1}/${district}/villages`),
  );
  return writeSurvey({
    ...options,
    province: district.slice(0, 2),
    district,
    round: ROUND,
    villages,
    isInvented: true,
  });
}

function totalsOf(code: string): DistrictTotals {
  const found = suratThaniDistrictFigures.find((figures) => figures.code === code);
  if (!found) throw new Error(`there are no figures of a district ${code}; there are of 8401 to 8419`);
  const { households, persons, poorHouseholds, poorPersons, targetPersons, anyThree, healthLivingIncome } = found;
  const areas = [...suratThaniTambonFigures, ...suratThaniMunicipalityFigures].filter((area) =>
    area.code.startsWith(code),
  );
  return {
    ...{ code, households, persons, poorHouseholds, poorPersons, targetPersons },
    target: {
      persons: targetPersons,
      byDimension: [found.health, found.living, found.education, found.income, found.access],
      anyThree,
      healthLivingIncome,
    },
    areas: areas.map((area) => ({
      code: area.code,
      households: area.households,
      persons: area.persons,
      targetPersons: area.targetPersons,
      villages: area.villageRows,
    })),
  };
}

const province = suratThaniProvinceFigures;

const PROPORTIONS: Proportions = {
  sets: Array.from(
    { length: 32 },
    (_, set) => suratThaniTargetPersonsByExactMask[set.toString(2).padStart(5, '0')] ?? 0,
  ),
  registeredPerPerson: province.welfareRegistered / province.persons,
  verifiedPerPerson: province.welfareVerified / province.persons,
  registeredPerTarget: province.poorWelfareRegistered / province.targetPersons,
  elderlyPerPerson: province.elderly / province.persons,
  disabledPerPerson: province.disabled / province.persons,
  chronicPerPerson: province.chronicallyIll / province.persons,
  failing: suratThaniFailurePercentByIndicator.map((percent) => percent / 100),
  // Surat Thani 2561, computed from TPMAP's published figures: shares of members, shares of target persons, the mean.
  // prettier-ignore
  applicable: [
    0.0152, 0.0118, 0.4015, 1, 1, 0.9406, 0.9897, 1, 1, 1, 1, 1, 1, 1, 0.1326, 0.3579, 0.0099, 0.001, 0.9379, 0.9313, 0.3914,
    1, 0.9981, 1, 1, 1, 0.393, 0.0258, 0.0434, 1, 1,
  ],
  // prettier-ignore
  targetFailing: [
    0.0002, 0.0003, 0.0003, 0.1342, 0.0916, 0.3225, 0.1123, 0.034, 0.0638, 0.0638, 0.3832, 0.0315, 0.1247, 0.0048, 0.0023,
    0.2005, 0.0033, 0.0002, 0.0268, 0.0803, 0.1663, 0.0616, 0.3864, 0.2156, 0.4032, 0.0683, 0.0027, 0.0011, 0.0003, 0.0458, 0.031,
  ],
  happiness: 8.11,
};
