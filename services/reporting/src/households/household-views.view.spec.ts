import { householdListed, householdScored, householdSurveyed, welfareRegistrationRecorded } from '@faemban/contracts';
import { recorded, viewOf } from '@faemban/event-sourcing/testing';
import { householdHistory } from './household-history.view';
import { householdList } from './household-list.view';

const [listed] = householdListed.examples;
const [surveyed] = householdSurveyed.examples;
const [registered] = welfareRegistrationRecorded.examples;
const [scored] = householdScored.examples;
const { householdId } = scored;

const at = (second: number, seq: number) => ({ recordedAt: `2021-03-01T02:00:0${second}.000Z`, seq });
const events = [
  recorded({ type: 'HouseholdListed', data: listed }, at(0, 1)),
  recorded({ type: 'HouseholdSurveyed', data: surveyed }, at(1, 2)),
  recorded({ type: 'WelfareRegistrationRecorded', data: registered }, at(3, 3)),
  recorded({ type: 'HouseholdScored', data: scored }, at(2, 1)),
] as const;

const baseOf = ({ id, recordedAt, occurredAt, actor }: (typeof events)[number]) => ({
  eventId: id,
  recordedAt,
  occurredAt,
  actor,
});

describe('the history of a household', () => {
  test('holds what ingestion and scoring recorded, in the order of recording, without anybody’s id', () => {
    viewOf(householdHistory)
      .after(...events)
      .shows({
        householdId,
        entries: [
          { type: 'HouseholdListed', ...baseOf(events[0]), validFrom: null, source: 'cdd-bmn', village: '8417010101' },
          {
            type: 'HouseholdSurveyed',
            ...baseOf(events[1]),
            validFrom: '2018-02-14',
            source: 'cdd-bmn',
            village: '8417010101',
            round: 2561,
            answers: surveyed.answers,
            incomeSatang: 6_000_000,
            happiness: 8,
            members: 2,
          },
          {
            type: 'HouseholdScored',
            ...baseOf(events[3]),
            validFrom: '2018-02-14',
            ruleset: 'tpmap-2561/1',
            round: 2561,
            village: '8417010101',
            members: 2,
            isPoor: true,
            failedDimensions: ['income'],
            targetPersons: 1,
            failed: scored.failed,
          },
          {
            type: 'WelfareRegistrationRecorded',
            ...baseOf(events[2]),
            validFrom: '2017-10-01',
            source: 'mof-welfare',
            registerYear: 2560,
            registered: 1,
            verified: 1,
          },
        ],
      });
  });
});

describe('the list of households', () => {
  const shown = {
    householdId,
    village: '8417010101',
    round: 2561,
    ruleset: 'tpmap-2561/1',
    validFrom: '2018-02-14',
    isPoor: true,
    failedDimensions: ['income' as const],
    members: 2,
    targetPersons: 1,
  };
  const later = {
    ...scored,
    round: 2562,
    validFrom: '2019-02-14',
    isPoor: false,
    failedDimensions: [],
    targetPersons: 0,
  };

  test('has a household once it is scored', () => {
    viewOf(householdList).after(events[3]).shows(shown);
    viewOf(householdList)
      .after(recorded({ type: 'HouseholdSurveyed', data: surveyed }))
      .showsNothing();
  });

  test('shows the newest round, whichever became known first', () => {
    const wanted = {
      ...shown,
      round: 2562,
      validFrom: '2019-02-14',
      isPoor: false,
      failedDimensions: [],
      targetPersons: 0,
    };
    const newer = recorded({ type: 'HouseholdScored', data: later }, at(4, 2));
    viewOf(householdList).after(events[3], newer).shows(wanted);
    viewOf(householdList)
      .after({ ...newer, seq: 1 }, { ...events[3], seq: 2 })
      .shows(wanted);
  });

  test('shows the last segment of the newest round', () => {
    const second = recorded(
      { type: 'HouseholdScored', data: { ...scored, validFrom: '2018-10-01', targetPersons: 2 } },
      at(4, 2),
    );
    viewOf(householdList)
      .after(events[3], second)
      .shows({ ...shown, validFrom: '2018-10-01', targetPersons: 2 });
  });
});
