import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { idSchema } from '../fields';

const importId = '0198b2d0-7c00-7000-8000-0000000000a2';
const count = z.number().int().min(0);

/** Why an import that stopped may go on. Coded, because a reason in words may name people. */
export const releaseReasons = ['corrected-file-sent-whole', 'source-confirms-repeats', 'missing-part-added'] as const;
/** One of {@link releaseReasons}. */
export type ReleaseReason = (typeof releaseReasons)[number];

export const importHeld = defineEvent({
  type: 'ImportHeld',
  context: 'ingestion',
  version: 1,
  summary:
    'An import stopped by itself and asks: more than half its rows repeat each other, or rows already applied for the same source and round.',
  data: z.strictObject({ importId: idSchema, rows: count, repeatEachOther: count, alreadyApplied: count }),
  restricted: [],
  examples: [{ importId, rows: 763283, repeatEachOther: 0, alreadyApplied: 748017 }],
  since: '0.1.0',
});

export const importReleased = defineEvent({
  type: 'ImportReleased',
  context: 'ingestion',
  version: 1,
  summary: 'An operator, not the uploader, let an import that had stopped by itself go on.',
  data: z.strictObject({ importId: idSchema, reason: z.enum(releaseReasons) }),
  restricted: [],
  examples: [{ importId, reason: 'corrected-file-sent-whole' }],
  since: '0.1.0',
});

/** What happens to an import that stops and asks. */
export type ImportHoldEvent = EventOf<typeof importHeld> | EventOf<typeof importReleased>;
