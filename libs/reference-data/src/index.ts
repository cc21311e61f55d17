export {
  AREA_CODE_DIGITS,
  MUNICIPAL_NUMBER_MIN,
  areaLevelOf,
  isMunicipalCode,
  isWithinArea,
  parentAreaCode,
  type Area,
  type AreaLevel,
} from './areas/area';
export { areaName, areaPath, areasIn, areasOfLevel, findArea, formalAreaName, getArea } from './areas/areas';
export {
  crosswalkVersions,
  findCrosswalkVersion,
  placeArea,
  type AreaCodeSource,
  type CrosswalkVersion,
  type PlacedArea,
  type UnmatchedReason,
  type UnplacedArea,
} from './areas/crosswalk';
export { type BilingualText } from './bilingual';
export {
  suratThaniDistrictFigures,
  suratThaniFailurePercentByIndicator,
  suratThaniProvinceFigures,
  suratThaniTargetPersonsByExactMask,
  type AreaFigures,
} from './figures/surat-thani-2561';
export {
  suratThaniMunicipalityFigures,
  suratThaniTambonFigures,
  type TambonFigures,
} from './figures/surat-thani-2561-tambons';
export { BMN_INCOME_LINE_BAHT, bmn2560, findIndicatorSet, getIndicator, indicatorSets } from './indicators/bmn-2560';
export {
  applicabilityTo,
  meetsThreshold,
  type Applicability,
  type Indicator,
  type IndicatorSet,
  type MemberCondition,
  type MemberFacts,
  type MemberHealth,
  type MemberSituation,
  type RawFigures,
  type Threshold,
} from './indicators/indicator';
export {
  dimensionMask,
  dimensionsOfMask,
  indicatorsOfRuleset,
  maskText,
  rulesetFaults,
  rulesetFaultTexts,
  type AnswerPolicy,
  type Dimension,
  type Fraction,
  type Identification,
  type Ruleset,
  type TargetRule,
  type TpmapDimension,
} from './rulesets/ruleset';
export { findRuleset, rulesets, tpmap2561 } from './rulesets/tpmap-2561';
