import { rulesetRefSchema, rulesetSchema } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { Problem, Taken, zodBody, zodParams } from '@faemban/nest-kit';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { isSameRef } from './rulebook';
import { RulebookService, type ListedDraft, type ListedRuleset } from './rulebook.service';

const versionSchema = z.coerce.number().pipe(rulesetRefSchema.shape.version);
const rulesetParams = z.object({ id: rulesetRefSchema.shape.id });
const versionParams = z.object({ id: rulesetRefSchema.shape.id, version: versionSchema });
const draftBody = z.strictObject({ ruleset: rulesetSchema });
const publicationBody = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/) });

/** A published ruleset with what is known of its publication beside it. */
export type ShownRuleset = ListedRuleset['ruleset'] & {
  readonly publication: Omit<ListedRuleset, 'ruleset'>;
};
/** A proposed ruleset with what is known of the proposal beside it. */
export type ShownDraft = ListedDraft['ruleset'] & { readonly draft: Omit<ListedDraft, 'ruleset'> };

@ApiTags('mpi-scoring')
@Controller('rulesets')
export class RulesetsController {
  constructor(@Inject(RulebookService) private readonly rulebook: RulebookService) {}

  @Get()
  @ApiOperation({ summary: 'Every ruleset households are scored by, each version once, and what is proposed.' })
  async list(): Promise<{ items: readonly ShownRuleset[]; drafts: readonly ShownDraft[] }> {
    const { published, drafts } = await this.rulebook.list();
    return { items: published.map(shownRuleset), drafts: drafts.map(shownDraft) };
  }

  @Post('drafts')
  @HttpCode(201)
  @ApiOperation({ summary: 'Propose the next version of a ruleset. Somebody else publishes it.' })
  async draft(@zodBody(draftBody) { ruleset }: z.infer<typeof draftBody>, @Taken() by: CommandContext) {
    await this.rulebook.handle({ type: 'DraftRuleset', ruleset }, by);
    const { drafts } = await this.rulebook.list();
    const found = drafts.find((draft) => isSameRef(draft.ruleset, ruleset));
    // A repeated request may come after the publication; then there is no draft any more, but the version itself.
    return found ? shownDraft(found) : this.version(ruleset);
  }

  @Post(':id/:version/publication')
  @HttpCode(200)
  @ApiOperation({ summary: 'Publish a draft by its digest, for ever; by another person than the one who drafted it.' })
  async publish(
    @zodParams(versionParams) ref: z.infer<typeof versionParams>,
    @zodBody(publicationBody) { digest }: z.infer<typeof publicationBody>,
    @Taken() by: CommandContext,
  ): Promise<ShownRuleset | ShownDraft> {
    await this.rulebook.handle({ type: 'PublishRuleset', ruleset: ref, digest }, by);
    return this.version(ref);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'The newest version of a ruleset: dimensions, indicators, who is poor, who is a target person.',
  })
  async find(@zodParams(rulesetParams) { id }: z.infer<typeof rulesetParams>): Promise<ShownRuleset> {
    const { published } = await this.rulebook.list();
    const found = published.filter(({ ruleset }) => ruleset.id === id).at(-1);
    if (found) return shownRuleset(found);
    throw unknown(published);
  }

  @Get(':id/:version')
  @ApiOperation({ summary: 'One version of a ruleset, published or proposed.' })
  async version(@zodParams(versionParams) ref: z.infer<typeof versionParams>): Promise<ShownRuleset | ShownDraft> {
    const { published, drafts } = await this.rulebook.list();
    const found = published.find(({ ruleset }) => isSameRef(ruleset, ref));
    if (found) return shownRuleset(found);
    const draft = drafts.find(({ ruleset }) => isSameRef(ruleset, ref));
    if (draft) return shownDraft(draft);
    throw unknown(published);
  }
}

const shownRuleset = ({ ruleset, ...publication }: ListedRuleset): ShownRuleset => ({ ...ruleset, publication });
const shownDraft = ({ ruleset, ...draft }: ListedDraft): ShownDraft => ({ ...ruleset, draft });

function unknown(published: readonly ListedRuleset[]): Problem {
  const known = published.map(({ ruleset }) => `${ruleset.id}/${ruleset.version}`).join(', ');
  return new Problem(404, 'ruleset-unknown', {
    th: `ไม่มีเกณฑ์นี้ เกณฑ์ที่มีคือ ${known}`,
    en: `There is no such ruleset. There is: ${known}.`,
  });
}
