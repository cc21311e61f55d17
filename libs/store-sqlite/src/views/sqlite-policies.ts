import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import {
  CheckpointFenced,
  vectorKey,
  type PolicyHandle,
  type PolicyStore,
  type Refusal,
} from '@faemban/event-sourcing';
import { withStorage } from '../failures';
import { ParkedTable } from './parked-table';

/** Checkpoints, refusals and parked events of a service's policies, in its views file. */
export function createPolicyStore(db: Database.Database): PolicyStore {
  return {
    open: async ({ key, context }) => withStorage(() => openPolicy(db, key, context)),
  };
}

function openPolicy(db: Database.Database, key: string, context: ContextName): PolicyHandle {
  db.prepare('INSERT INTO policies (key, context) VALUES (?, ?) ON CONFLICT DO NOTHING').run(key, context);
  const policyNo = db.prepare<[string], number>('SELECT policy_no FROM policies WHERE key = ?').pluck().get(key) ?? 0;
  const statements = prepareStatements(db);
  const parkedTable = new ParkedTable(db, 'policy_parked', policyNo);

  const advance = db.transaction(({ partition, toSeq, refusals, parked }: Parameters<PolicyHandle['advance']>[0]) => {
    const stands = statements.checkpoint.get(policyNo, partition) ?? 0;
    if (toSeq < stands) {
      throw new CheckpointFenced(`${key} ${vectorKey(context, partition)}: the checkpoint is ${stands} already.`);
    }
    for (const { eventId, rule, at } of refusals) statements.addRefusal.run(policyNo, eventId, rule, at);
    parkedTable.add(parked);
    statements.moveCheckpoint.run(policyNo, partition, toSeq);
  });

  const release = db.transaction(({ partition, taken, refusals, parked }: Parameters<PolicyHandle['release']>[0]) => {
    parkedTable.take(context, partition, taken);
    for (const { eventId, rule, at } of refusals) statements.addRefusal.run(policyNo, eventId, rule, at);
    parkedTable.add(parked);
  });

  return {
    checkpoint: async () =>
      withStorage(() => {
        const rows = statements.checkpoints.all(policyNo);
        return Object.fromEntries(rows.map(([partition, seq]) => [vectorKey(context, partition), seq]));
      }),
    advance: async (step) => withStorage(() => advance.immediate(step)),
    refusals: async (limit) =>
      withStorage(() => ({
        total: statements.countRefusals.get(policyNo) ?? 0,
        latest: statements.latestRefusals.all(policyNo, limit),
      })),
    parkedIds: async (ids) => withStorage(() => parkedTable.idsAmong(ids, [context])),
    parked: async (limit) => withStorage(() => parkedTable.page(limit)),
    parkedSequences: async (find) => withStorage(() => parkedTable.sequences(find)),
    parkedOf: async (sequence, limit) => withStorage(() => parkedTable.ofSequence(sequence, limit)),
    parkedCauses: async () => withStorage(() => parkedTable.causes()),
    release: async (step) => withStorage(() => release.immediate(step)),
  };
}

function prepareStatements(db: Database.Database) {
  return {
    checkpoint: db
      .prepare<[number, number], number>('SELECT seq FROM policy_checkpoints WHERE policy_no = ? AND partition = ?')
      .pluck(),
    checkpoints: db
      .prepare<[number], readonly [partition: number, seq: number]>(
        'SELECT partition, seq FROM policy_checkpoints WHERE policy_no = ? ORDER BY partition',
      )
      .raw(),
    moveCheckpoint: db.prepare(
      `INSERT INTO policy_checkpoints (policy_no, partition, seq) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = excluded.seq`,
    ),
    addRefusal: db.prepare(
      'INSERT INTO policy_refusals (policy_no, event_id, rule, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    countRefusals: db.prepare<[number], number>('SELECT count(*) FROM policy_refusals WHERE policy_no = ?').pluck(),
    latestRefusals: db.prepare<[number, number], Refusal>(
      'SELECT event_id AS eventId, rule, at FROM policy_refusals WHERE policy_no = ? ORDER BY at DESC, event_id, rule LIMIT ?',
    ),
  };
}
