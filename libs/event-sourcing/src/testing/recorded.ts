import { eventCatalogue, type ContextName } from '@faemban/contracts';
import { invariant } from '../errors';
import type { DomainEvent, RecordedEvent } from '../events';
import { deterministicId } from '../ids';
import { contentHashOf, serializeData } from '../integrity/hashing';
import { commandContext } from './command-context';

/**
 * An event as it would stand in the log. Context and schema version come from the catalogue of contracts; what is not in it names them.
 * The household in its data, if any, gives stream and subjects. Place and time are the caller's to override.
 */
export function recorded<Event extends DomainEvent>(
  event: Event,
  overrides: Partial<Omit<RecordedEvent, 'type' | 'data'>> = {},
): RecordedEvent<Event> {
  const definition = eventCatalogue.find(({ type, context }) => {
    return type === event.type && (overrides.context === undefined || overrides.context === context);
  });
  const context: ContextName | undefined = overrides.context ?? definition?.context;
  invariant(context !== undefined, `the context of ${event.type} is in the catalogue or given`);
  const told = commandContext();
  const household = householdOf(event.data);
  const seq = overrides.seq ?? 1;
  const fields = {
    type: event.type,
    context,
    schemaVersion: definition?.version ?? 1,
    stream: `household-${household ?? '0198b2d0-7c01-7000-8000-000000000001'}`,
    version: seq,
    partition: 0,
    seq,
    recordedAt: '2021-03-01T02:00:00.000Z',
    occurredAt: told.occurredAt,
    area: told.area,
    actor: told.actor,
    commandId: told.commandId,
    correlationId: told.correlationId,
    subjects: household === undefined ? [] : [household],
    ...overrides,
  };
  const id = overrides.id ?? deterministicId('test-event', context, fields.partition, seq, fields.stream, event.type);
  const contentHash = overrides.contentHash ?? contentHashOf({ ...fields, id }, serializeData(event.data));
  return { ...fields, id, contentHash, data: event.data };
}

function householdOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('householdId' in data)) return undefined;
  return typeof data.householdId === 'string' ? data.householdId : undefined;
}
