import { fragilityRecorded } from '@faemban/contracts';
import { recorded, viewOf } from '@faemban/event-sourcing/testing';
import { fragileGroups } from './fragile-groups';
import { householdHistory, type HistoryEntry } from './household-history.view';
import { RulesetList } from '../rulesets/ruleset-list';
import { whatHappened } from './what-happened';

const [listed] = fragilityRecorded.examples;
const base = {
  ...{ eventId: listed.importId, recordedAt: '2021-08-03T02:00:00.000Z', occurredAt: '2021-08-03T02:00:00.000Z' },
  ...{ validFrom: listed.validFrom, source: listed.source, definition: listed.definition },
  actor: { accountId: 'malee', office: 'SEC-P 84', role: 'SEC-P', channel: 'import' as const },
};
const entry = (listYear: number, fragile: boolean, tpmap: boolean, corrects?: string): HistoryEntry => ({
  ...{ type: 'FragilityRecorded', ...base, listYear, fragile, tpmap },
  ...(corrects === undefined ? {} : { corrects }),
});

/** Lists are told without any. */
const noRulesets = new RulesetList([]);

describe('what a list of fragile households says', () => {
  test('is an entry of the household’s history', () => {
    const event = recorded({ type: 'FragilityRecorded', data: listed });
    const { id: eventId, recordedAt, occurredAt, actor } = event;
    viewOf(householdHistory)
      .after(event)
      .shows({
        householdId: listed.householdId,
        entries: [
          {
            ...{ type: 'FragilityRecorded', eventId, recordedAt, occurredAt, actor, validFrom: '2021-07-01' },
            ...{
              source: 'province-fragile',
              listYear: 2564,
              definition: 'province-list/v1',
              fragile: true,
              tpmap: true,
            },
          },
        ],
      });
  });

  test.each([
    [true, true, 'fragile, and a target of TPMAP; the household is fragile and critical.'],
    [true, false, 'fragile, not a target of TPMAP.'],
    [false, true, 'not fragile, a target of TPMAP.'],
    [false, false, 'neither fragile nor a target of TPMAP.'],
  ])('is told in words: fragile %s, target %s', (fragile, tpmap, words) => {
    const sentence = whatHappened(entry(2564, fragile, tpmap), [], noRulesets);
    expect(sentence.en).toBe(`List of fragile households of 2564 from province-fragile: ${words}`);
    expect(sentence.th).toMatch(/^รายชื่อครัวเรือนเปราะบางปี 2564 จากแหล่ง province-fragile: /);
  });

  test('never takes away a group that an earlier list gave', () => {
    const before = [entry(2564, true, false)];
    expect(whatHappened(entry(2565, false, true), before, noRulesets).en).toBe(
      'List of fragile households of 2565 from province-fragile: not fragile, a target of TPMAP' +
        ' (it keeps: fragile, gained with the list of 2564); the household is fragile and critical.',
    );
    expect(whatHappened(entry(2564, false, false, 'earlier'), before, noRulesets).en).toBe(
      'Corrected list of fragile households of 2564 from province-fragile: neither fragile nor a target of TPMAP' +
        ' (it keeps: fragile, gained with the list of 2564).',
    );
  });
});

test('groups are the union of what all lists said, whatever their order', () => {
  const said = [
    { listYear: 2564, fragile: false, tpmap: false },
    { listYear: 2565, fragile: true, tpmap: false },
    { listYear: 2566, fragile: false, tpmap: true },
    { listYear: 2567, fragile: false, tpmap: false },
  ];
  expect(fragileGroups(said.slice(0, 1))).toEqual({ fragile: null, tpmap: null });
  expect(fragileGroups(said)).toEqual({ fragile: 2565, tpmap: 2566 });
});
