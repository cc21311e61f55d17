import type { Finding } from './partition-verifier';
import type { SealFault } from './seals';
import type { VerifierKey } from './signing';

/** What a verification found. Nothing wrong and nothing unsealed is the best that can be said. */
export interface Verification {
  readonly installation: string;
  readonly verdict: 'unaltered' | 'altered';
  readonly events: number;
  readonly partitions: number;
  readonly seconds: number;
  /** Seals that were checked, and how many of the events they cover. */
  readonly seals: number;
  readonly sealedEvents: number;
  /** The keys that were believed, and whether the first was named by who asked; otherwise it is the installation's own word. */
  readonly keys: readonly VerifierKey[];
  readonly isKeyGiven: boolean;
  /** The first thing wrong in every partition that has any, by context and partition; at most a hundred. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  readonly sealFaults: readonly SealFault[];
}
