import { recorded } from '../testing/recorded';
import { chainHash, contentHashOf, genesisHash, serializeData } from './hashing';

describe('the content hash', () => {
  const event = recorded(
    { type: 'HouseholdNoted', data: { value: 1 } },
    { context: 'ingestion', causationId: 'cause', traceparent: 'trace', corrects: 'corrected', subjects: ['a'] },
  );
  const hashOf = (changes: object = {}, data: unknown = event.data) =>
    contentHashOf({ ...event, ...changes }, serializeData(data));

  test('covers every immutable field of the envelope and the body', () => {
    const changed = [
      { id: 'x' },
      { type: 'x' },
      { context: 'mpi-scoring' },
      { schemaVersion: 2 },
      { stream: 'x' },
      { version: 2 },
      { occurredAt: 'x' },
      { area: '84' },
      { actor: { ...event.actor, accountId: 'x' } },
      { actor: { ...event.actor, office: 'x' } },
      { actor: { ...event.actor, role: 'x' } },
      { actor: { ...event.actor, onBehalfOf: 'x' } },
      { actor: { ...event.actor, channel: 'cli' } },
      { commandId: 'x' },
      { correlationId: 'x' },
      { causationId: undefined },
      { traceparent: undefined },
      { subjects: ['a', 'b'] },
      { corrects: undefined },
    ].map((changes) => hashOf(changes));
    expect(new Set([hashOf(), hashOf({}, { value: 2 }), ...changed]).size).toBe(changed.length + 2);
  });

  test('does not depend on place, on time of recording, or on the order of the actor’s fields', () => {
    const actor = Object.fromEntries(Object.entries(event.actor).reverse());
    expect(hashOf({ partition: 3, seq: 9, recordedAt: 'later', actor })).toBe(hashOf());
  });

  test('is of a fixed form, so that another program can compute it', () => {
    const fields = {
      id: '0198b2d0-7c03-7000-8000-000000000021',
      type: 'HouseholdNoted',
      context: 'ingestion',
      schemaVersion: 1,
      stream: 'household-a',
      version: 1,
      occurredAt: '2021-03-01T02:00:00.000Z',
      area: '84',
      actor: { accountId: 'somchai', office: '8417-dcd', role: 'OPS-D', channel: 'online' as const },
      commandId: 'c',
      correlationId: 'c',
      subjects: ['a'],
    };
    expect(contentHashOf(fields, '{"th":"บ้าน"}')).toBe(
      '378366d75a892546ad8734e3832a4bc2e84648e1d621f81ada38b0a62256af2f',
    );
  });
});

describe('the chain', () => {
  test('depends on everything before and on place and time', () => {
    const link = (
      changes: Partial<Record<'previous' | 'recordedAt' | 'content', string>> = {},
      partition = 0,
      seq = 1,
    ) => chainHash(changes.previous ?? genesisHash, partition, seq, changes.recordedAt ?? 't', changes.content ?? 'c');
    const links = [
      link(),
      link({ previous: 'p' }),
      link({ recordedAt: 'u' }),
      link({ content: 'd' }),
      link({}, 1),
      link({}, 0, 2),
    ];
    expect(new Set(links).size).toBe(6);
  });
});

describe('serialising data', () => {
  test('writes again what was read from it, so hashes can be checked without the stored bytes', () => {
    const odd = {
      2: 'b',
      1: 'a',
      z: -0,
      big: 1e21,
      tiny: 5e-324,
      text: 'น้ำ\u2028\ud800',
      nested: [{ __proto__: null, k: [] }],
    };
    const text = serializeData(odd);
    expect(serializeData(JSON.parse(text))).toBe(text);
  });

  test('refuses what JSON cannot carry', () => {
    expect(() => serializeData(undefined)).toThrow(TypeError);
    expect(() => serializeData({ n: 1n })).toThrow(TypeError);
  });
});
