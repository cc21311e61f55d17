import {
  numberMatchesSchema,
  recordedHouseholdsSchema,
  vaultHouseholdsMax,
  vaultNumbersMax,
  type NumberMatch,
  type PersonBatch,
  type PersonVault,
  type RecordedHousehold,
  type VaultHousehold,
} from '@faemban/contracts';
import { createPeer, PeerUnavailable, type PeerOptions } from '../peers/peer';

/** Bytes of households after which a batch is continued in another request: 512 KiB, half of what a body may have. */
export const vaultRequestBytesMax = 512 * 1024;

/**
 * The person vault in another process, asked over HTTP. A batch is cut into requests of bounded size, sent one after another and put
 * together in order; a household is never cut. The vault recognises people by what it has stored, so a batch gives the same persons in one
 * request or in many, and repeated after any failure.
 * Its calls throw `PeerUnavailable` (transient) where the vault does not answer; nothing personal is in its errors.
 */
export function httpPersonVault(options: Omit<PeerOptions, 'name'>): PersonVault {
  const peer = createPeer({ ...options, name: 'The person vault' });
  return {
    async recordPersons({ households, batchId, ...batch }: PersonBatch): Promise<readonly RecordedHousehold[]> {
      const recorded: RecordedHousehold[] = [];
      for (const [index, piece] of piecesOf(households).entries()) {
        const head = JSON.stringify({ ...batch, batchId: index === 0 ? batchId : `${batchId}+${index}` });
        const body = `${head.slice(0, -1)},"households":[${piece.json.join(',')}]}`;
        const answer = await peer.post('/vault/persons', body, recordedHouseholdsSchema);
        requireAnswersTo(piece.households, answer.households);
        recorded.push(...answer.households);
      }
      return recorded;
    },

    async findByNumbers(numbers: readonly string[]): Promise<readonly NumberMatch[]> {
      const found: NumberMatch[] = [];
      for (let from = 0; from < numbers.length; from += vaultNumbersMax) {
        const piece = numbers.slice(from, from + vaultNumbersMax);
        const { matches } = await peer.post('/vault/lookups', JSON.stringify({ numbers: piece }), numberMatchesSchema);
        if (matches.length !== piece.length) throw notItsAnswer();
        found.push(...matches);
      }
      return found;
    },
  };
}

interface Piece {
  readonly households: VaultHousehold[];
  readonly json: string[];
}

/** Households in pieces that one request can carry; the same pieces for the same households. */
function piecesOf(households: readonly VaultHousehold[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let bytes = Infinity;
  for (const household of households) {
    const json = JSON.stringify(household);
    const size = Buffer.byteLength(json);
    let piece = pieces.at(-1);
    if (piece === undefined || bytes + size > vaultRequestBytesMax || piece.json.length === vaultHouseholdsMax) {
      piece = { households: [], json: [] };
      pieces.push(piece);
      bytes = 0;
    }
    piece.households.push(household);
    piece.json.push(json);
    bytes += size;
  }
  return pieces;
}

/** An answer that is about others is not believed: its ids would be written into events. */
function requireAnswersTo(asked: readonly VaultHousehold[], answered: readonly RecordedHousehold[]): void {
  const fits =
    asked.length === answered.length &&
    asked.every(({ householdId, members }, index) => {
      const answer = answered[index];
      return answer?.householdId === householdId && answer.personIds.length === members.length;
    });
  if (!fits) throw notItsAnswer();
}

const notItsAnswer = (): PeerUnavailable =>
  new PeerUnavailable('The person vault answered something else than it was asked.');
