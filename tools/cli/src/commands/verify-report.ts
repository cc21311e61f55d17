import { readFileSync } from 'node:fs';
import { documentFault, readVerifierKeyLine, type SignedDocument } from '@faemban/event-sourcing';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import type { Session } from '../session';

const findings = {
  good: ['เอกสารไม่ถูกแก้ไข และลงลายเซ็นด้วยกุญแจที่เชื่อถือ', 'Unaltered, and signed with a trusted key.'],
  'key-unknown': [
    'เอกสารไม่ถูกแก้ไขตั้งแต่ลงลายเซ็น แต่ยังไม่รู้ว่าเป็นกุญแจของใคร ให้ระบุ --key ที่ได้รับจากหน่วยงาน',
    'Unaltered since it was signed, but whose key this is cannot be told. Name the one you were given with --key.',
  ],
  'signature-wrong': ['เอกสารถูกแก้ไขหลังลงลายเซ็น', 'The document was altered after it was signed.'],
  malformed: ['ไฟล์นี้ไม่ใช่เอกสารที่ลงลายเซ็น', 'This is no signed document.'],
} as const;

/** `faemban verify-report`: checks the signature of a report or a certificate, without a server. */
export function verifyReportCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('verify-report <file>')
    .description('ตรวจลายเซ็นของรายงานหรือใบรับรอง (ออฟไลน์) · check a signed report or certificate, offline')
    .option('--key <line>', "the installation's verifier key: name+id+base64")
    .action((file: string, { key }: { key?: string }, self: Command) => {
      const signed = readSigned(file);
      const trusted = key === undefined ? [] : [readVerifierKeyLine(key)];
      const found = signed === undefined ? 'malformed' : (documentFault(signed, trusted) ?? 'good');
      const [th, en] = findings[found];
      session(self).output.print({ file, finding: found, kind: signed?.kind, signature: signed?.signature }, () => [
        th,
        en,
        ...(signed === undefined ? [] : [`${signed.kind} · ${signed.signature.name}+${signed.signature.keyId}`]),
      ]);
      if (found === 'signature-wrong' || found === 'malformed') process.exitCode = exitCodes.refused;
    });
}

function readSigned(file: string): SignedDocument | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<SignedDocument>;
    return value.signature === undefined || value.kind === undefined ? undefined : (value as SignedDocument);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
