import { setTimeout as sleep, setImmediate as nextTurn } from 'node:timers/promises';
import { RebuildCancelled, type RebuildControl, type SharedControl } from './rebuild-engine';

const stateAt = 0;
const restAt = 1;
const [running, paused, cancelled] = [0, 1, 2];
/** How often a paused rebuild looks whether it may go on. Milliseconds. */
const pauseLookMs = 100;

/** Makes a control that can be handed to other threads. */
export function createSharedControl(): SharedControl {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Holds a rebuild back, or lets it go on. */
export function setPaused(control: SharedControl, isPaused: boolean): void {
  Atomics.compareExchange(control, stateAt, isPaused ? running : paused, isPaused ? paused : running);
}

/** Ends the work at its next step, for good. */
export function cancelWork(control: SharedControl): void {
  Atomics.store(control, stateAt, cancelled);
}

/** How long to rest after every step, so that live work keeps up. Milliseconds. */
export function setRest(control: SharedControl, restMs: number): void {
  Atomics.store(control, restAt, Math.round(restMs));
}

/** How those who work obey a control. */
export function obeying(control: SharedControl): RebuildControl {
  return {
    shared: control,
    async betweenSteps() {
      await nextTurn();
      const restMs = Atomics.load(control, restAt);
      if (restMs > 0) await sleep(restMs);
      while (Atomics.load(control, stateAt) === paused) await sleep(pauseLookMs);
      if (Atomics.load(control, stateAt) === cancelled) throw new RebuildCancelled('The rebuild was ended.');
    },
  };
}
