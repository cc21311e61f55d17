import { statusLines } from './status-lines';

const runner = { name: 'household-list', kind: 'view', state: 'live', lagEvents: 0, lagSeconds: 0, parkedTotal: 0 };
const reporting = { service: 'reporting', instances: 2, ready: 2, waitingFor: [] };
const waitingFor = [{ th: 'ไม่มีคำตอบ', en: 'There is no answer.' }];

describe('the status for people', () => {
  test('of one process is its runners', () => {
    expect(statusLines({ runners: [runner] })).toEqual([
      'name            kind  state  lagEvents  lagSeconds  parkedTotal  fault',
      'household-list  view  live           0           0            0  –',
    ]);
  });

  test('of many says which services answer, and what is missing where one does not', () => {
    const scoring = { service: 'mpi-scoring', instances: 1, ready: 0, waitingFor };
    const lines = statusLines({ runners: [runner], services: [reporting, scoring] });
    expect(lines.slice(0, 3)).toEqual([
      'service      instances  ready  waitingFor',
      'reporting            2      2  –',
      'mpi-scoring          1      0  ไม่มีคำตอบ · There is no answer.',
    ]);
    expect(lines.at(-1)).toContain('except the views and policies of mpi-scoring, of which no process answers');
  });

  test('excepts nothing where another instance does the work', () => {
    const halved = { ...reporting, ready: 1, waitingFor };
    expect(statusLines({ runners: [runner], services: [halved] }).join('\n')).not.toContain('except');
  });
});
