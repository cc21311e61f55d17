import type { AreaMappingEvent } from '@faemban/contracts';
import { type CommandContext, type CommandHandler, deterministicId, type EventStore } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import { evolveMapping, noMapping } from './area-mapping';
import type { AreaMappingInput } from './area-mapping.decisions';
import type { AreaMappingsStore, KnownMapping } from './area-mappings.store';

/** What operators do with the mapping of area codes: propose, approve, decline. What is known is what the events say. */
export class AreaMappingDecisions {
  constructor(
    private readonly store: AreaMappingsStore,
    private readonly handler: CommandHandler<AreaMappingInput>,
    private readonly events: EventStore,
    private readonly approved: () => void,
  ) {}

  /** Brings what is known up to the events: a crash may fall between the two. */
  async start(): Promise<void> {
    for (const mapping of this.store.all()) await this.refresh(mapping);
  }

  async propose(
    wanted: { readonly source: string; readonly sourceCode: string; readonly target: string },
    context: CommandContext,
  ): Promise<KnownMapping> {
    const { source, sourceCode } = wanted;
    const mappingId = deterministicId('area-mapping', source, sourceCode);
    const of = { mappingId, source, sourceCode };
    if (this.store.find(mappingId) === undefined) this.store.put({ ...of, ...noMapping });
    await this.handler.handle({ type: 'ProposeMapping', mappingId, ...wanted }, context);
    return this.refresh(of);
  }

  async approve(mappingId: string, target: string, context: CommandContext): Promise<KnownMapping> {
    const { source, sourceCode } = this.get(mappingId);
    await this.handler.handle({ type: 'ApproveMapping', mappingId, source, sourceCode, target }, context);
    const mapping = await this.refresh({ mappingId, source, sourceCode });
    this.approved();
    return mapping;
  }

  async decline(mappingId: string, context: CommandContext): Promise<KnownMapping> {
    const { source, sourceCode } = this.get(mappingId);
    await this.handler.handle({ type: 'DeclineMapping', mappingId, source, sourceCode }, context);
    return this.refresh({ mappingId, source, sourceCode });
  }

  /** @throws Problem 404 `area-mapping-unknown` */
  get(mappingId: string): KnownMapping {
    const mapping = this.store.find(mappingId);
    if (mapping === undefined) throw unknownMapping();
    return mapping;
  }

  private async refresh({ mappingId, source, sourceCode }: Omit<KnownMapping, 'target'>): Promise<KnownMapping> {
    const events = await this.events.load(`area-mapping-${mappingId}`);
    const state = events.reduce((known, event) => evolveMapping(known, event as AreaMappingEvent), noMapping);
    const mapping: KnownMapping = { mappingId, source, sourceCode, ...state };
    this.store.put(mapping);
    return mapping;
  }
}

const unknownMapping = (): Problem =>
  new Problem(404, 'area-mapping-unknown', {
    th: 'ไม่มีการเทียบรหัสพื้นที่นี้ ดูรหัสที่รอได้จากรายการรอตรวจสอบตามพื้นที่',
    en: 'There is no such mapping of an area code. The review queue by area lists the codes that wait.',
  });
