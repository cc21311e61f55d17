import type { Sentence } from './decider';

/** The stream is not at the version the append expected: somebody was faster. Reload and decide again. */
export class WrongExpectedVersion extends Error {
  override readonly name = 'WrongExpectedVersion';
  constructor(
    readonly stream: string,
    readonly expected: number | 'none',
    readonly actual: number,
  ) {
    super(`Stream ${stream} is at version ${actual}, expected ${expected}.`);
  }
}

/** The command id was used before for another command (another digest). */
export class CommandIdReused extends Error {
  override readonly name = 'CommandIdReused';
  constructor(readonly commandId: string) {
    super(`Command id ${commandId} was already used for a different command.`);
  }
}

/** An event or a command's events are larger than the log accepts on any profile. Sizes in bytes. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
  constructor(
    readonly bytes: number,
    readonly bytesMax: number,
  ) {
    super(`${bytes} bytes exceed the limit of ${bytesMax} bytes.`);
  }
}

/** A stream's first commit fixed another partition than the one now asked for. */
export class PartitionMismatch extends Error {
  override readonly name = 'PartitionMismatch';
  constructor(
    readonly stream: string,
    readonly fixed: number,
    readonly asked: number,
  ) {
    super(`Stream ${stream} lives in partition ${fixed}, not ${asked}.`);
  }
}

/** It is unknown whether the write happened. Ask `outcomeOf(commandId)`, never retry blindly. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  constructor(
    readonly commandId: string,
    options?: ErrorOptions,
  ) {
    super(`The outcome of command ${commandId} is not known.`, options);
  }
}

/** Another writer has taken this view partition (a higher epoch exists), or the batch does not continue the checkpoint. */
export class CheckpointFenced extends Error {
  override readonly name = 'CheckpointFenced';
}

/** What was read back is not what was written: altered, missing or out of order. Fatal. */
export class IntegrityViolation extends Error {
  override readonly name = 'IntegrityViolation';
  constructor(
    readonly context: string,
    readonly partition: number,
    readonly seq: number,
    what: string,
  ) {
    super(`${context}/${partition}@${seq}: ${what}`);
  }
}

/** A store that was set up differently (partition count, schema version, second process on one folder). Fatal at start. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** A {@link StoreRefused} whose sentence tells people what is the case and what is possible instead. */
export class RefusedInWords extends StoreRefused {
  constructor(
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(`${sentence.en} ${sentence.th}`, options);
  }
}

/** Something that is needed did not answer, or answered that it cannot just now: waiting and asking again is all there is to do. */
export class NotAvailable extends Error {
  override readonly name: string = 'NotAvailable';
  /** By which `classify` knows it as transient, as it knows the system's own. */
  readonly code = 'EAGAIN';
}

/** A {@link NotAvailable} whose sentence tells people what is waited for. */
export class NotAvailableInWords extends NotAvailable {
  override readonly name: string = 'NotAvailableInWords';
  constructor(
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(sentence.en, options);
  }
}

/**
 * The log answered as of a moment before one that is known of it. Either its database has another primary just now, which will know
 * better, or events are lost: whoever asks again and again takes it for that. Read as {@link NotAvailable}.
 */
export class LogBehind extends NotAvailable {
  override readonly name = 'LogBehind';
  constructor(
    readonly context: string,
    readonly partition: number,
    readonly seq: number,
    what: string,
  ) {
    super(`${context}/${partition}@${seq}: ${what}`);
  }
}

/** A cursor was not given by this index of this version of the view, or is no cursor at all. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** Marks what cannot happen. @throws Error with the claim when it does. */
export function invariant(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${claim}`);
}
