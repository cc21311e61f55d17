export { accept, type AcceptanceOptions, type AcceptanceReport } from './acceptance';
export { compareCells, type Comparison, type Difference } from './compare';
export { cellsOf, readPublished } from './published-files';
export { eventsOf } from './events-of';
export { faemban, runFaemban, type FaembanRun } from './faemban';
export { figuresAgain, type AgainReport } from './again';
export { System } from './system';
