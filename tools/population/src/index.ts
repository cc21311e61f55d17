export { aggregateSurvey } from './aggregate';
export { DEFAULT_DISTRICT, generateFromFigures, type FiguresOptions } from './from-figures';
export {
  DIRT_RATE,
  generatePopulation,
  type GenerationReport,
  type OutputOptions,
  type PopulationOptions,
} from './generate';
export { FiguresContradict, invertUnions } from './inversion';
export { NoArrangementFound } from './poor-households';
export { revisePopulation, type RevisionOptions, type RevisionReport } from './revise';
export { readProvinceFigures, type ProvinceFigures } from './tpmap-files';
export { type PoorCell, type VillageFigures } from './village-figures';
