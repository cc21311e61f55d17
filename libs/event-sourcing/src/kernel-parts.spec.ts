import { scoringInputRecorded } from '@faemban/contracts';
import { classify, describeFailure } from './classify';
import { RuleBroken } from './decider';
import { nextDay, thaiDayOf } from './days';
import {
  CheckpointFenced,
  CommandIdReused,
  EventTooLarge,
  IntegrityViolation,
  OutcomeUnknown,
  StoreRefused,
  WrongExpectedVersion,
} from './errors';
import { partitionOfAppend, partitionOfKey } from './partitions';
import { recorded } from './testing/recorded';
import { catalogueUpcasters, createUpcasters, defineUpcaster, SchemaTooNew } from './upcasters';

describe('partitions', () => {
  test('of known keys stay where they are for ever', () => {
    expect(['', 'a', 'household-1', 'บ้าน'].map((key) => partitionOfKey(key, 32))).toEqual([11, 19, 14, 6]);
  });

  test('are used evenly', () => {
    const counts = Array<number>(32).fill(0);
    for (let n = 0; n < 32_000; n += 1) {
      const partition = partitionOfKey(`0198b2d0-7c01-7000-8000-${n.toString(16).padStart(12, '0')}`, 32);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  test('are those of the household, or of the stream itself', () => {
    const household = partitionOfAppend({ stream: 'household-a', partitionOf: 'a' }, 32);
    expect(partitionOfAppend({ stream: 'household-score-a', partitionOf: 'a' }, 32)).toBe(household);
    expect(partitionOfAppend({ stream: 'import-a', partitionOf: 'self' }, 32)).toBe(partitionOfKey('import-a', 32));
  });
});

describe('days', () => {
  test('are those of Thailand', () => {
    expect(thaiDayOf('2021-02-28T16:59:59.999Z')).toBe('2021-02-28');
    expect(thaiDayOf('2021-02-28T17:00:00.000Z')).toBe('2021-03-01');
    expect(thaiDayOf('2020-12-31T17:00:00.000Z')).toBe('2021-01-01');
    expect(() => thaiDayOf('yesterday')).toThrow(RangeError);
  });

  test('follow one another over months, years and leap days', () => {
    expect(['2021-02-28', '2020-02-28', '2020-02-29', '2020-12-31'].map(nextDay)).toEqual([
      '2021-03-01',
      '2020-02-29',
      '2020-03-01',
      '2021-01-01',
    ]);
    expect(() => nextDay('2021-13-01')).toThrow(RangeError);
  });
});

describe('upcasters', () => {
  const up = (fromVersion: number, add: string) =>
    defineUpcaster({
      type: 'Noted',
      context: 'ingestion',
      fromVersion,
      up: (data: { steps: string[] }) => ({ steps: [...data.steps, add] }),
    });
  const noted = (schemaVersion: number) =>
    recorded({ type: 'Noted', data: { steps: [] } }, { context: 'ingestion', schemaVersion });

  test('lift data step by step to the newest version, and leave the hash of what is stored', () => {
    const { upcast } = createUpcasters([up(2, 'three'), up(1, 'two')]);
    expect(upcast(noted(1))).toMatchObject({ schemaVersion: 3, data: { steps: ['two', 'three'] } });
    expect(upcast(noted(2))).toMatchObject({ schemaVersion: 3, data: { steps: ['three'] } });
    const old = noted(1);
    expect(upcast(old).contentHash).toBe(old.contentHash);
  });

  test('leave alone the newest version, other types and other contexts', () => {
    const { upcast } = createUpcasters([up(1, 'two')]);
    for (const event of [noted(2), { ...noted(1), type: 'Other' }, { ...noted(1), context: 'mpi-scoring' as const }]) {
      expect(upcast(event)).toBe(event);
    }
  });

  test('must be one for each version, without a hole', () => {
    expect(() => createUpcasters([up(1, 'a'), up(1, 'b')])).toThrow('Noted');
    expect(() => createUpcasters([up(1, 'a'), up(3, 'b')])).toThrow('version 2');
  });

  test('end at the version that is recorded today; a newer one is refused, never read as if it were older', () => {
    const today = [{ context: 'ingestion', type: 'Noted', version: 3 }] as const;
    expect(() => createUpcasters([up(1, 'two')], today)).toThrow('end at version 3');
    const { upcast } = createUpcasters([up(1, 'two'), up(2, 'three')], today);
    expect(upcast(noted(1))).toMatchObject({ schemaVersion: 3, data: { steps: ['two', 'three'] } });
    expect(() => upcast(noted(4))).toThrow(SchemaTooNew);
  });

  test('of the catalogue lift every event of the platform, for whoever reads without naming any', () => {
    const [input] = scoringInputRecorded.earlier?.[0]?.examples ?? [];
    const old = recorded({ type: 'ScoringInputRecorded', data: input }, { schemaVersion: 1 });
    expect(catalogueUpcasters.upcast(old)).toMatchObject({
      schemaVersion: 2,
      data: { rulesets: [{ id: 'tpmap-2561', version: 1 }] },
    });
  });
});

describe('failures', () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });
  test.each([
    ['conflict', new WrongExpectedVersion('s', 1, 2)],
    ['conflict', new CheckpointFenced('overtaken')],
    ['transient', new OutcomeUnknown('c')],
    ['transient', coded('SQLITE_BUSY_SNAPSHOT')],
    ['transient', coded('SQLITE_FULL')],
    ['transient', coded('ECONNREFUSED')],
    ['transient', new Error('outer', { cause: coded('ETIMEDOUT') })],
    ['fatal', new IntegrityViolation('ingestion', 0, 1, 'altered')],
    ['fatal', new StoreRefused('other partition count')],
    ['fatal', coded('SQLITE_CORRUPT_INDEX')],
    ['invalid', new RuleBroken('rule', { th: 'ไม่ได้', en: 'No.' })],
    ['invalid', new EventTooLarge(2, 1)],
    ['invalid', new CommandIdReused('c')],
    ['poison', new TypeError('x is undefined')],
    ['poison', 'a text that was thrown'],
  ])('are %s: %s', (failure, error) => {
    expect(classify(error)).toBe(failure);
  });

  test('are described in one line of bounded length', () => {
    expect(describeFailure(new TypeError('no'))).toBe('TypeError: no');
    expect(describeFailure(new Error('x'.repeat(9_999)))).toHaveLength(500);
  });
});
