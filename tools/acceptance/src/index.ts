export { accept, eventsOf, type AcceptanceOptions, type AcceptanceReport } from './acceptance';
export { compareCells, type Comparison, type Difference } from './compare';
export { cellsOf, readPublished } from './published-files';
export { System } from './system';
