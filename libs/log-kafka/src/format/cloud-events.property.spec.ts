import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { contentHashOf, serializeData, type LoggedEvent } from '@faemban/event-sourcing';
import { contextNames } from '@faemban/contracts';
import { eventOf, recordOf, UnreadableRecord } from './cloud-events';

interface Described {
  readonly CloudEventHeaders: {
    readonly properties: Readonly<Record<string, unknown>>;
    readonly required: readonly string[];
  };
}

const text = (maxLength: number) => fc.string({ minLength: 1, maxLength, unit: 'grapheme' });
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const instant = fc
  .date({ min: new Date('2001-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Any event that the log can hold. */
const loggedEvent: fc.Arbitrary<LoggedEvent> = fc
  .record(
    {
      id: fc.uuid(),
      type: fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,30}$/),
      context: fc.constantFrom(...contextNames),
      schemaVersion: fc.integer({ min: 1, max: 99 }),
      stream: text(120),
      version: fc.integer({ min: 1, max: 2 ** 31 }),
      occurredAt: instant,
      area: fc.oneof(fc.constant(''), fc.stringMatching(/^\d{2,10}$/)),
      actor: fc.record(
        {
          accountId: text(80),
          office: text(80),
          role: text(40),
          onBehalfOf: text(80),
          channel: fc.constantFrom('online', 'offline', 'import', 'policy', 'cli'),
        },
        { requiredKeys: ['accountId', 'office', 'role', 'channel'] },
      ),
      commandId: text(80),
      correlationId: text(80),
      causationId: text(80),
      traceparent: fc.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      subjects: fc.array(text(80), { maxLength: 5 }),
      corrects: fc.uuid(),
      partition: fc.integer({ min: 0, max: 511 }),
      seq: fc.integer({ min: 1, max: 2 ** 45 }),
      recordedAt: instant,
      chainHash: hex,
      data: fc.jsonValue({ maxDepth: 4 }),
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        'id',
        'type',
        'context',
        'schemaVersion',
        'stream',
        'version',
        'occurredAt',
        'area',
        'actor',
        'commandId',
        'correlationId',
        'subjects',
        'partition',
        'seq',
        'recordedAt',
        'chainHash',
        'data',
      ],
    },
  )
  .map((fields) => {
    // As it stands in a log: JSON has been in between.
    const body = serializeData(fields.data);
    const event = { ...fields, data: JSON.parse(body) as unknown };
    return { ...event, contentHash: contentHashOf(event as LoggedEvent, body) } as LoggedEvent;
  });

/** A record as it comes back from a broker: bytes. */
const brought = ({ value, headers }: ReturnType<typeof recordOf>) => ({
  value: Buffer.from(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, Buffer.from(one)])),
});

describe('a published record', () => {
  test('gives back the event exactly as it stood in the log, its body to the byte', () => {
    fc.assert(
      fc.property(loggedEvent, (event) => {
        const record = recordOf(event, '/faemban/x/ingestion');
        expect(eventOf(brought(record))).toEqual(event);
        expect(contentHashOf(event, record.value)).toBe(event.contentHash);
      }),
      { numRuns: 500 },
    );
  });

  test('has attributes whose names CloudEvents allows, none of them empty', () => {
    fc.assert(
      fc.property(loggedEvent, (event) => {
        const { headers } = recordOf(event, '/faemban/x/ingestion');
        for (const [name, value] of Object.entries(headers)) {
          expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type|traceparent)$/);
          expect(value).not.toBe('');
        }
      }),
    );
  });

  test('has the headers that the published description names, and no others', () => {
    const file = join(__dirname, '../../../../docs/reference/asyncapi.json');
    const { components } = JSON.parse(readFileSync(file, 'utf8')) as { components: { schemas: Described } };
    const { properties, required } = components.schemas.CloudEventHeaders;
    fc.assert(
      fc.property(loggedEvent, (event) => {
        const names = Object.keys(recordOf(event, '/faemban/x/ingestion').headers);
        expect(names.filter((name) => !(name in properties))).toEqual([]);
        expect(required.filter((name) => !names.includes(name))).toEqual([]);
      }),
    );
  });

  test('whose body or envelope was altered is not taken for the event', () => {
    fc.assert(
      fc.property(loggedEvent, fc.constantFrom('value', 'ce_stream', 'ce_actoraccount', 'ce_time'), (event, what) => {
        const record = brought(recordOf(event, '/faemban/x/ingestion'));
        const altered =
          what === 'value'
            ? { ...record, value: Buffer.from(JSON.stringify({ other: event.seq })) }
            : { ...record, headers: { ...record.headers, [what]: Buffer.from('something else') } };
        expect(() => eventOf(altered)).toThrow(UnreadableRecord);
      }),
    );
  });
});
