import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importApplied, importUploaded } from '@faemban/contracts';
import type { RecordedEvent } from '@faemban/event-sourcing';
import { ingestionUpcasters } from './import-upcasters';

const corpus = join(__dirname, '../../../../libs/contracts/corpus/ingestion');

describe.each([importUploaded, importApplied])('$type of version 1', (definition) => {
  const { type, context, data } = definition;
  const recorded = JSON.parse(readFileSync(join(corpus, `${type}.v1.json`), 'utf8')) as unknown[];

  test('is read as version 2, every example that was ever recorded', () => {
    expect(recorded.length).toBeGreaterThan(0);
    for (const example of recorded) {
      const event = { type, context, schemaVersion: 1, data: example } as unknown as RecordedEvent;
      const lifted = ingestionUpcasters.upcast(event);
      expect(lifted.schemaVersion).toBe(2);
      expect(data.safeParse(lifted.data).error?.issues ?? []).toEqual([]);
    }
  });
});
