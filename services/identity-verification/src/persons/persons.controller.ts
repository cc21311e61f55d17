import { personErased, type VaultDocument } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { Problem, Taken, zodBody, zodParams } from '@faemban/nest-kit';
import { parseIdentityNumber } from '@faemban/thai';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PersonalData } from '../vault/sealing.keys';
import { EmbeddedPersonVault } from '../vault/person-vault.service';

/** Longest number accepted in a lookup, in characters: 13 digits with any spacing. */
const numberCharactersMax = 40;

const lookupSchema = z.strictObject({ number: z.string().min(1).max(numberCharactersMax) });
const personParams = z.strictObject({ personId: z.uuid() });
const erasureSchema = z.strictObject({ legalBasis: personErased.data.shape.legalBasis });

interface FoundPerson {
  readonly personId: string;
  readonly householdId: string;
  readonly document: VaultDocument;
}

/** Persons: who holds a number, what the vault knows of one, and forgetting him. Numbers travel in bodies, never in addresses. */
@Controller('persons')
export class PersonsController {
  constructor(@Inject(EmbeddedPersonVault) private readonly vault: EmbeddedPersonVault) {}

  @Post('lookups')
  @HttpCode(200)
  async lookUp(@zodBody(lookupSchema) { number }: z.infer<typeof lookupSchema>): Promise<FoundPerson> {
    const reading = parseIdentityNumber(number);
    if (!reading.accepted)
      throw new Problem(400, reading.problem?.code ?? 'number-unreadable', reading.problem?.sentence ?? unreadable);
    if (reading.kind === 'none') throw new Problem(400, 'number-missing', unreadable);
    const [match] = await this.vault.findByNumbers([reading.normalised]);
    if (match?.found === 'several') throw heldByTwo();
    if (match?.found !== 'one') throw nobody();
    const { personId, householdId, document } = match;
    return { personId, householdId, document };
  }

  @Get(':personId')
  read(@zodParams(personParams) { personId }: z.infer<typeof personParams>): FoundPerson & PersonalData {
    const answer = this.vault.read(personId);
    if (answer.state === 'erased') throw erased();
    if (answer.state === 'missing') throw missing();
    if (answer.state === 'unknown') throw nobody();
    const { householdId, document, data } = answer;
    return { personId, householdId, document, ...data };
  }

  @Post(':personId/erasure')
  @HttpCode(200)
  async erase(
    @zodParams(personParams) { personId }: z.infer<typeof personParams>,
    @zodBody(erasureSchema) { legalBasis }: z.infer<typeof erasureSchema>,
    @Taken() context: CommandContext,
  ): Promise<{ personId: string; erased: true }> {
    if (this.vault.read(personId).state === 'unknown') throw nobody();
    await this.vault.erase({ type: 'ErasePerson', personId, legalBasis }, context);
    return { personId, erased: true };
  }
}

const unreadable = {
  th: 'อ่านเลขประจำตัวไม่ได้ ใช้เลข 13 หลัก รหัส G ตามด้วยตัวเลข 12 หลัก หรือเลขหนังสือเดินทาง',
  en: 'The number cannot be read. It may be 13 digits, G and 12 digits, or a passport number.',
};

const nobody = (): Problem =>
  new Problem(404, 'person-unknown', {
    th: 'ไม่พบบุคคลนี้ในทะเบียน',
    en: 'Nobody is recorded under this number or id.',
  });

const heldByTwo = (): Problem =>
  new Problem(409, 'number-held-by-two', {
    th: 'เลขนี้มีผู้ถือมากกว่าหนึ่งคนในทะเบียน เจ้าหน้าที่ต้องตรวจสอบก่อนว่าเป็นใคร',
    en: 'More than one person is recorded under this number. Somebody has to look at both before it can be used.',
  });

const missing = (): Problem =>
  new Problem(404, 'person-missing', {
    th: 'ระบบรู้จักบุคคลนี้จากเหตุการณ์ แต่ชื่อและเลขของเขาไม่อยู่ในทะเบียนที่กู้คืนมา ส่งแฟ้มของการนำเข้าเดิมอีกครั้งแล้วข้อมูลจะกลับมา',
    en: 'Events know this person, but the vault was restored from before he was recorded. His name and number come back when the files of that import are sent again.',
  });

const erased = (): Problem =>
  new Problem(410, 'person-erased', {
    th: 'ข้อมูลของบุคคลนี้ถูกลบแล้ว และกู้คืนไม่ได้',
    en: 'This person’s data was erased and cannot be read any more.',
  });
