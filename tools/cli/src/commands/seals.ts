import { readFileSync, writeFileSync } from 'node:fs';
import { proofFault, readVerifierKeyLine, type InclusionProof, type ProofFault } from '@faemban/event-sourcing';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import { table } from '../output';
import type { Session } from '../session';

interface SealOf {
  readonly document: {
    readonly context: string;
    readonly number: number;
    readonly eventsTotal: number;
    readonly sealedAt: string;
  };
}
interface Keys {
  readonly items: readonly { readonly keyId: string; readonly line: string }[];
  readonly changes: readonly {
    readonly document: { readonly newKey: { readonly keyId: string }; readonly changedAt: string };
  }[];
}

const faults: Readonly<Record<ProofFault, readonly [th: string, en: string]>> = {
  'event-altered': ['เหตุการณ์ถูกแก้ไข', 'The event was altered.'],
  'not-in-sealed-log': ['เหตุการณ์นี้ไม่อยู่ในบันทึกที่ประทับตราไว้', 'The event is not in the sealed log.'],
  'seal-signature': ['ตราถูกแก้ไขหลังลงลายเซ็น', 'The seal was altered after it was signed.'],
  'seal-key': [
    'ตราไม่ได้ลงลายเซ็นด้วยกุญแจที่ระบุ ให้ใช้กุญแจที่ได้รับจากหน่วยงาน',
    'The seal is not signed with the key named. Use the one the office gave you.',
  ],
  'wrong-context': ['ตราเป็นของบริบทอื่น', 'The seal is one of another context.'],
};

/** `faemban seal`, `seals`, `keys`, `proof` and `verify-proof`: what an auditor takes along, and checks at home. */
export function sealCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('seal')
    .description('ประทับตราสิ่งที่ยังไม่ประทับ ทันที · seal now what is not sealed yet')
    .requiredOption('--as <operator>', 'in whose name')
    .action(async (_: unknown, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.post<{ items: readonly SealOf[] }>('/seals'), ({ items }) =>
        items.length === 0 ? ['ประทับตราครบแล้ว · everything is sealed already'] : sealLines(items),
      );
    });

  program
    .command('seals')
    .description('ตราล่าสุดของทุกบริบท · the last seal of every context, to give to others')
    .option('--out <file>', 'write them here, signatures and all')
    .action(async ({ out }: { out?: string }, self: Command) => {
      const { client, output } = session(self);
      const latest = await client.get<{ items: readonly { context: string; unsealed: number; seal: SealOf | null }[] }>(
        '/seals',
      );
      if (out !== undefined) writeFileSync(out, `${JSON.stringify(latest, undefined, 2)}\n`);
      output.print(latest, ({ items }) =>
        table(
          items.map(({ context, unsealed, seal }) => ({
            context,
            seal: seal?.document.number,
            events: seal?.document.eventsTotal,
            sealedAt: seal?.document.sealedAt,
            unsealed,
          })),
          ['context', 'seal', 'events', 'sealedAt', 'unsealed'],
        ),
      );
    });

  program
    .command('keys')
    .description('กุญแจตรวจลายเซ็น หรือเปลี่ยนกุญแจ · the keys that signatures are checked with; or make a new one')
    .option('--rotate', 'make a new key, announced under the old one')
    .option('--as <operator>', 'in whose name')
    .action(async ({ rotate, as }: { rotate?: boolean; as?: string }, self: Command) => {
      const { client, output } = session(self);
      if (rotate && as === undefined) self.error('error: --rotate needs --as', { exitCode: exitCodes.usage });
      if (rotate) await client.post('/signing-keys');
      output.print(await client.get<Keys>('/signing-keys'), keyLines);
    });

  program
    .command('proof <context> <partition> <seq>')
    .description('หลักฐานว่าเหตุการณ์หนึ่งอยู่ในบันทึก · one event with the proof that it was recorded')
    .requiredOption('--out <file>', 'write it here')
    .action(async (context: string, partition: string, seq: string, { out }: { out: string }, self: Command) => {
      const { client, output } = session(self);
      const proof = await client.get<InclusionProof>(`/proofs/${context}/${partition}/${seq}`);
      writeFileSync(out, `${JSON.stringify(proof, undefined, 2)}\n`);
      output.print({ out, event: proof.event.id, seal: proof.seal.document.number }, ({ event, seal }) => [
        `${proof.event.type} ${event} · ตรา · seal ${context} #${seal} · ${proof.path.length} hashes → ${out}`,
      ]);
    });

  program
    .command('verify-proof <file>')
    .description('ตรวจหลักฐานนั้น (ออฟไลน์) · check such a proof, offline')
    .requiredOption('--key <line>', "the installation's verifier key, as you were given it: name+id+base64")
    .action((file: string, { key }: { key: string }, self: Command) => {
      const { output } = session(self);
      const proof = readProof(file);
      const fault = proof === undefined ? 'malformed' : proofFault(proof, [readVerifierKeyLine(key)]);
      output.print({ file, fault: fault ?? null }, () =>
        fault === undefined && proof !== undefined
          ? [
              `${proof.event.type} ${proof.event.id} บันทึกเมื่อ · recorded ${proof.event.recordedAt} (UTC)`,
              'อยู่ในบันทึกที่ประทับตรา และไม่ถูกแก้ไข · in the sealed log, and unaltered',
            ]
          : fault === 'malformed' || fault === undefined
            ? ['ไฟล์นี้ไม่ใช่หลักฐาน · this is no proof; make one with: faemban proof']
            : [...faults[fault]],
      );
      if (fault !== undefined) process.exitCode = fault === 'malformed' ? exitCodes.refused : exitCodes.altered;
    });
}

const sealLines = (items: readonly SealOf[]): readonly string[] =>
  items.map(
    ({ document: { context, number, eventsTotal, sealedAt } }) =>
      `${context} #${number} · ${eventsTotal.toLocaleString('en-US')} events · ${sealedAt} (UTC)`,
  );

function readProof(file: string): InclusionProof | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<InclusionProof>;
    const isWhole = [value.event, value.body, value.path, value.seal?.document].every((part) => part !== undefined);
    return isWhole ? (value as InclusionProof) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Each key with when it was announced; nothing announced the first one. */
export function keyLines({ items, changes }: Keys): string[] {
  return items.flatMap(({ keyId, line }) => {
    const announced = changes.find(({ document }) => document.newKey.keyId === keyId)?.document.changedAt;
    return [line, announced === undefined ? '  กุญแจแรก · the first key' : `  ใช้ตั้งแต่ · since ${announced} (UTC)`];
  });
}
