import type {
  EventOf,
  ImportKind,
  ImportPart,
  importApplied,
  importUploaded,
  importValidated,
} from '@faemban/contracts';
import { deterministicId, sequencedId } from '@faemban/event-sourcing';
import { bmnMapping } from '../sources/bmn-survey';
import type { RowRepeats } from './import-hold.decisions';
import { fragileMapping } from '../sources/fragile-list';
import { registerMapping } from '../sources/welfare-register';

/**
 * How far an import is. `recording` is the end of validating: what was found is fixed and is being told.
 * `held` is one that stopped by itself and asks. An applied import that is to be
 * undone is first `examining`: whether something was built on it. A `lost` one is known from its events only: its files, and what was
 * staged of them, are not there, as after an older copy of ingestion's folder was put back. It asks for its files.
 */
export const importStates = [
  ...([
    'receiving',
    'validating',
    'recording',
    'validated',
    'held',
    'approved',
    'applying',
    'applied',
    'rejected',
  ] as const),
  ...(['examining', 'rollback-requested', 'rolling-back', 'rolled-back'] as const),
  'lost',
] as const;
export type ImportState = (typeof importStates)[number];

/** What validating found. */
export type ImportFound = Omit<EventOf<typeof importValidated>['data'], 'importId'> & {
  readonly toReview: number;
  /** Rows that bring nothing new. */
  readonly repeats?: RowRepeats;
};
/** What applying did so far. */
export type ImportDone = Omit<EventOf<typeof importApplied>['data'], 'importId'>;

/** An import as ingestion's own file has it. `serial` counts the surveys applied when it was compared. */
export interface ImportRecord {
  readonly no: number;
  readonly importId: string;
  readonly commandId: string;
  readonly kind: ImportKind;
  readonly source: string;
  readonly round: number;
  readonly mapping: string;
  readonly state: ImportState;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly found: ImportFound | null;
  readonly applied: ImportDone | null;
  readonly serial: number;
  readonly sameAs: string | null;
}

/** A file of an import. */
export type ImportFile = EventOf<typeof importUploaded>['data']['files'][number];

/** Which parts an import of a kind has, and how they are read. */
export const importForms: Readonly<
  Record<ImportKind, { readonly parts: readonly ImportPart[]; readonly mapping: string }>
> = {
  'bmn-survey': { parts: ['households', 'members'], mapping: bmnMapping },
  'welfare-register': { parts: ['register'], mapping: registerMapping },
  'fragile-list': { parts: ['list'], mapping: fragileMapping },
};

/** The command by which an import records the household at a place of its file. */
export function commandOf({ importId, kind }: Pick<ImportRecord, 'importId' | 'kind'>, ord: number): string {
  const of = { 'bmn-survey': 'survey', 'welfare-register': 'register', 'fragile-list': 'fragility' } as const;
  return sequencedId(importId, ord, of[kind]);
}

/** The same for one that is restored and whose households may stand in another order now: by what is staged of the household. */
export function restoredCommandOf({ importId }: Pick<ImportRecord, 'importId'>, key: string): string {
  return deterministicId(importId, key, 'restored');
}

export const nothingDone: ImportDone = {
  ...{ listed: 0, surveyed: 0, registrations: 0, fragilities: 0, unchanged: 0, toReview: 0 },
};

/** What an import would do to a household, or what stands in its way. */
export const verdicts = ['new', 'changed', 'same', 'conflict', 'ambiguous', 'review'] as const;
export type Verdict = (typeof verdicts)[number];
