import type { BuiltOn, EventOf, ImportEvent, importRolledBack, RollbackReason } from '@faemban/contracts';
import type { RecordedEvent } from '@faemban/event-sourcing';

/** What an import's events say of the last request to undo it. */
export interface RollbackTold {
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly reason: RollbackReason;
  readonly approvedBy?: string;
  /** How it ended; absent while it goes on. */
  readonly outcome?: 'refused' | 'declined' | 'rolled-back';
  readonly endedAt?: string;
  /** What stood in the way of it. */
  readonly builtOn?: readonly BuiltOn[];
  readonly done?: Omit<EventOf<typeof importRolledBack>['data'], 'importId'>;
}

/** Folds the last request to undo an import; undefined where nobody ever asked. */
export function rollbackTold(events: readonly RecordedEvent[]): RollbackTold | undefined {
  return events.reduce<RollbackTold | undefined>(
    (told, recorded) => withEvent(told, recorded as RecordedEvent & ImportEvent),
    undefined,
  );
}

function withEvent(told: RollbackTold | undefined, event: RecordedEvent & ImportEvent): RollbackTold | undefined {
  const { occurredAt, actor } = event;
  if (event.type === 'ImportRollbackRequested') {
    const { requestedBy, reason } = event.data;
    return { requestedBy, requestedAt: occurredAt, reason };
  }
  if (told === undefined) return undefined;
  switch (event.type) {
    case 'ImportRollbackApproved':
      return { ...told, approvedBy: actor.accountId };
    case 'ImportRollbackRefused': {
      const { reason, builtOn } = event.data;
      return reason === 'declined'
        ? { ...told, outcome: 'declined', endedAt: occurredAt }
        : { ...told, outcome: 'refused', endedAt: occurredAt, builtOn };
    }
    case 'ImportRolledBack': {
      const { importId: _, ...done } = event.data;
      return { ...told, outcome: 'rolled-back', endedAt: occurredAt, done };
    }
    default:
      return told;
  }
}
