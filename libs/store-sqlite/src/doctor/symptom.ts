import type { Sentence } from '@faemban/event-sourcing';

/** How much a symptom matters: `error` must be put right before the installation is relied on. */
export type SymptomLevel = 'ok' | 'note' | 'warning' | 'error';

/** One thing a doctor found: what is the case and, where something should be done, what. `code` stays the same between releases. */
export interface Symptom {
  readonly code: string;
  readonly level: SymptomLevel;
  readonly what: Sentence;
  readonly todo?: Sentence;
}

const made =
  (level: SymptomLevel) =>
  (code: string, what: Sentence, todo?: Sentence): Symptom => ({
    code,
    level,
    what,
    ...(todo === undefined ? {} : { todo }),
  });

export const ok = made('ok');
export const note = made('note');
export const warning = made('warning');
export const error = made('error');

export const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
export const thousands = (value: number): string => value.toLocaleString('en-US');
