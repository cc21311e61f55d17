import { contextNames, type ContextName } from '@faemban/contracts';
import {
  checkpointNote,
  leafHashOf,
  makeInclusionProof,
  serializeData,
  verifierKeyLine,
  type CommandContext,
  type InclusionProof,
  type KeyChange,
  type Seal,
  type SignedDocument,
  type VerifierKey,
  type Verification,
} from '@faemban/event-sourcing';
import { Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Problem } from '../http/problem';
import { Taken } from '../http/taken';
import { zodParams } from '../http/validation';
import { PLATFORM, type Platform } from '../platform';
import { Seals } from './seals.service';
import { Verifications, type LastVerification } from './verifications.service';

const ofContext = z.object({ context: z.enum(contextNames) });
const ofPartition = ofContext.extend({ partition: z.coerce.number().int().min(0).max(1023) });
const ofEvent = ofPartition.extend({ seq: z.coerce.number().int().min(1) });
const pageEvents = 1000;

/** A signing key as subscribers take it: `line` is a C2SP verifier key. */
interface PublishedKey extends VerifierKey {
  readonly line: string;
}

/** What lets others check that nothing recorded was altered: seals, checkpoints, proofs, keys. */
@ApiTags('integrity')
@Controller()
export class IntegrityController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(Seals) private readonly seals: Seals,
    @Inject(Verifications) private readonly verifications: Verifications,
  ) {}

  @Get('seals')
  @ApiOperation({ summary: 'The last seal of every context, and how many events are not sealed yet.' })
  async latest(): Promise<{
    items: readonly { context: ContextName; unsealed: number; seal: SignedDocument<Seal> | null }[];
  }> {
    const items = this.platform.contexts.map(async (context) => ({
      context,
      unsealed: await this.seals.sealer.unsealed(context),
      seal: (await this.platform.seals.seals(context)).at(-1) ?? null,
    }));
    return { items: await Promise.all(items) };
  }

  @Post('seals')
  @HttpCode(200)
  @ApiOperation({ summary: 'Seal now what is not sealed yet.' })
  async sealNow(@Taken() _by: CommandContext): Promise<{ items: readonly SignedDocument<Seal>[] }> {
    return { items: await this.seals.sealer.sealAll() };
  }

  @Get('seals/:context')
  @ApiOperation({ summary: 'Every seal of a context, the oldest first.' })
  async ofContext(
    @zodParams(ofContext) { context }: z.infer<typeof ofContext>,
  ): Promise<{ items: readonly SignedDocument<Seal>[] }> {
    return { items: await this.platform.seals.seals(context) };
  }

  @Get('seals/:context/:partition/checkpoint')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'The last seal of a partition as a signed tlog checkpoint, for subscribers to keep.' })
  async checkpoint(@zodParams(ofPartition) { context, partition }: z.infer<typeof ofPartition>): Promise<string> {
    const seal = (await this.platform.seals.seals(context)).at(-1);
    const sealed = seal?.document.partitions.find((one) => one.partition === partition);
    if (seal === undefined || sealed === undefined) throw notSealed();
    return checkpointNote(this.platform.signer, seal.document, sealed);
  }

  @Get('proofs/:context/:partition/:seq')
  @ApiOperation({ summary: 'One event with the proof that it is in the sealed log.' })
  async proof(@zodParams(ofEvent) { context, partition, seq }: z.infer<typeof ofEvent>): Promise<InclusionProof> {
    const { log } = this.platform;
    const seal = (await this.platform.seals.seals(context)).at(-1);
    const sealed = seal?.document.partitions.find((one) => one.partition === partition);
    const event = (await log.read(context, partition, seq - 1, 1))[0];
    if (event === undefined) throw eventUnknown();
    if (seal === undefined || sealed === undefined || sealed.size < seq) throw notSealed();
    const leaves: Buffer[] = [];
    while (leaves.length < sealed.size) {
      const after = leaves.length;
      const places = await log.places(context, partition, after, Math.min(pageEvents, sealed.size - after));
      for (const place of places) leaves.push(leafHashOf(place));
    }
    const { data, chainHash: _, ...fields } = event;
    return makeInclusionProof(fields, serializeData(data), leaves, seal);
  }

  @Get('signing-keys')
  @ApiOperation({
    summary:
      'The keys that signed, the oldest first, how each later one was announced, and whether a new one can be made here.',
  })
  keys(): {
    items: readonly PublishedKey[];
    changes: readonly SignedDocument<KeyChange>[];
    canRotate: boolean;
  } {
    const { keys, changes, canRotate } = this.platform.signer;
    return { items: keys.map((key) => ({ ...key, line: verifierKeyLine(key) })), changes, canRotate };
  }

  @Post('signing-keys')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a new key, announced under the old one; it signs from now on.' })
  rotate(@Taken() _by: CommandContext): SignedDocument<KeyChange> {
    if (!this.platform.signer.canRotate) throw keysOnlyRead();
    const change = this.platform.signer.rotate(new Date(this.platform.clock()).toISOString());
    this.platform.publishKeys?.();
    return change;
  }

  @Post('verifications')
  @HttpCode(200)
  @ApiOperation({ summary: 'Read everything recorded and compute every hash, chain and tree again.' })
  async verify(): Promise<Verification> {
    return this.verifications.run();
  }

  @Get('verifications')
  @ApiOperation({ summary: 'What the last verification since the start found, and when; none where there was none.' })
  lastVerification(): { items: readonly LastVerification[] } {
    const { last } = this.verifications;
    return { items: last === undefined ? [] : [last] };
  }
}

const keysOnlyRead = (): Problem =>
  new Problem(409, 'keys-only-read', {
    th: 'บริการนี้อ่านกุญแจได้อย่างเดียว เขียนไม่ได้ จึงสร้างกุญแจใหม่ที่นี่ไม่ได้ ให้เปลี่ยนในที่ที่กุญแจมาจาก (Secret) ตามคู่มือ docs/guides/deploying-on-kubernetes.md',
    en: 'This service only reads its keys and cannot write them, so no new one can be made here. Change them where they come from (the Secret), as docs/guides/deploying-on-kubernetes.md says.',
  });
const notSealed = (): Problem =>
  new Problem(404, 'not-sealed-yet', {
    th: 'ยังไม่ได้ประทับตราถึงตรงนี้ รอรอบถัดไป หรือสั่งประทับตราด้วย POST /seals',
    en: 'This is not sealed yet. Wait for the next seal, or ask for one with POST /seals.',
  });
const eventUnknown = (): Problem =>
  new Problem(404, 'event-unknown', {
    th: 'ไม่มีเหตุการณ์ลำดับนี้ในพาร์ทิชันนี้ ดูลำดับล่าสุดที่ /status?vectors=true',
    en: 'There is no event at this place. See /status?vectors=true for where partitions end.',
  });
