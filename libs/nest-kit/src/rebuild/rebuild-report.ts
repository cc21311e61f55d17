import {
  completeThrough,
  signDocument,
  type CompleteThrough,
  type Comparison,
  type RebuildRecord,
  type SignedDocument,
} from '@faemban/event-sourcing';
import type { Platform } from '../platform';
import { digestOfAll } from './rebuild-work';

/** What kind of document a signed rebuild report is. */
export const rebuildReportKind = 'rebuild-report';

/** What an auditor is given of a rebuild. Digests are SHA-256 (hex), times ISO 8601 in UTC. */
export interface RebuildReport {
  readonly installation: string;
  readonly rebuildId: string;
  readonly context: string;
  readonly view: string;
  readonly version: number;
  readonly generation: number;
  readonly verdict: 'equal' | 'different' | 'not-compared';
  readonly state: RebuildRecord['state'];
  readonly startedBy: string;
  readonly startedAt: string;
  readonly verifiedAt?: string;
  readonly switchedAt?: string;
  readonly switchedBy?: string;
  readonly expectedDifferences?: string;
  readonly eventsTotal: number;
  readonly secondsFilling: number;
  readonly complete: readonly CompleteThrough[];
  readonly digest?: string;
  readonly comparison?: Comparison;
  readonly problem?: string;
}

/** Makes the report of a rebuild as it stands, signed with the installation's key. */
export async function signedReport(platform: Platform, record: RebuildRecord): Promise<SignedDocument<RebuildReport>> {
  const { comparison } = record;
  const contexts = [
    ...new Set(Object.keys(record.target).map((key) => key.split('/')[0])),
  ] as RebuildRecord['context'][];
  const complete = comparison === undefined ? [] : await completeThrough(platform.log, contexts, comparison.vector);
  const { rebuildId, context, view, version, generation, state, startedBy, startedAt } = record;
  const { verifiedAt, switchedAt, switchedBy, expectedDifferences, eventsTotal, problem } = record;
  const report: RebuildReport = {
    installation: platform.installationId,
    rebuildId,
    context,
    view,
    version,
    generation,
    verdict: comparison === undefined ? 'not-compared' : comparison.differencesTotal === 0 ? 'equal' : 'different',
    state,
    startedBy,
    startedAt,
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(switchedAt === undefined ? {} : { switchedAt }),
    ...(switchedBy === undefined ? {} : { switchedBy }),
    ...(expectedDifferences === undefined ? {} : { expectedDifferences }),
    eventsTotal,
    secondsFilling: Math.round(record.secondsFilling * 1000) / 1000,
    complete: complete.filter(({ seq }) => seq > 0),
    ...(comparison === undefined ? {} : { digest: digestOfAll(comparison), comparison }),
    ...(problem === undefined ? {} : { problem }),
  };
  return signDocument(platform.signer, rebuildReportKind, report);
}
