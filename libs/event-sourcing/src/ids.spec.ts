import { idSchema } from '@faemban/contracts';
import { createIds, deterministicId, policyCommandId, sequencedId } from './ids';
import { createTestClock } from './testing/test-clock';

describe('ids', () => {
  test('are UUIDv7s of the clock that rise, also within a millisecond and when the clock goes back', () => {
    const clock = createTestClock('2021-03-01T02:00:00.000Z');
    const ids = createIds({ clock });
    const made: string[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      if (index === 6_000) clock.advance(-3_600_000);
      made.push(ids.next());
    }
    clock.advance(7_200_000);
    made.push(ids.next());
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt((made[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2021-03-01T02:00:00Z'));
    expect(() => idSchema.parse(made[0])).not.toThrow();
  });

  test('are the same again from the same clock and random', () => {
    const random = (size: number) => new Uint8Array(size).fill(0xff);
    const one = createIds({ clock: createTestClock(), random });
    const other = createIds({ clock: createTestClock(), random });
    expect([one.next(), one.next()]).toEqual([other.next(), other.next()]);
    expect(one.next()).toBe('0177eb83-8100-7002-bfff-ffffffffffff');
  });
});

describe('the id of a policy’s command', () => {
  const event = { id: '0198b2d0-7c03-7000-8000-000000000021' };

  test('keeps the time of the event, and differs by policy, event and index', () => {
    const made = [
      policyCommandId('one', event, 0),
      policyCommandId('one', event, 1),
      policyCommandId('two', event, 0),
      policyCommandId('one', { id: '0198b2d0-7c03-7000-8000-000000000022' }, 0),
    ];
    expect(new Set(made).size).toBe(4);
    for (const id of made) expect(id).toMatch(/^0198b2d0-7c03-8[0-9a-f]{3}-[89ab]/);
    expect(policyCommandId('one', event, 0)).toBe(made[0]);
    expect(() => made.map((id) => idSchema.parse(id))).not.toThrow();
  });
});

describe('derived ids', () => {
  test('depend on every part and on where parts end', () => {
    const made = [
      deterministicId('import', 'a', 'b'),
      deterministicId('import', 'ab'),
      deterministicId('importa', 'b'),
      deterministicId('import', 'a', 'b', 0),
      deterministicId('import', 'a', 'b', '0'),
    ];
    expect(new Set(made).size).toBe(5);
    expect(deterministicId('import', 'a', 'b')).toBe(made[0]);
    for (const id of made) expect(() => idSchema.parse(id)).not.toThrow();
  });

  test('in sequence rise with their number', () => {
    const namespace = '0198b2d0-7c00-7000-8000-0000000000a1';
    const numbers = [0, 1, 2, 15, 16, 17, 255, 4_095, 65_536, 262_143, 262_144, 1_000_000, 2 ** 30 - 1];
    const made = numbers.map((n) => sequencedId(namespace, n, 'household'));
    expect([...made].sort()).toEqual(made);
    expect(sequencedId(namespace, 7, 'other')).not.toBe(sequencedId(namespace, 7, 'household'));
    for (const id of made) expect(id).toMatch(/^0198b2d0-7c00-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(() => sequencedId(namespace, 2 ** 30)).toThrow(RangeError);
  });
});
