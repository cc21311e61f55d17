import {
  areaMappingApproved,
  areaMappingDeclined,
  type AreaMappingEvent,
  areaMappingProposed,
} from '@faemban/contracts';
import { type CommandContext, defineAggregate, RuleBroken } from '@faemban/event-sourcing';
import { crosswalkVersions, findArea, placeArea } from '@faemban/reference-data';
import { type AreaMapping, evolveMapping, noMapping } from './area-mapping';

interface Of {
  readonly mappingId: string;
  readonly source: string;
  readonly sourceCode: string;
}

/** Proposes which known area a source's code stands for. */
export interface ProposeMapping extends Of {
  readonly type: 'ProposeMapping';
  /** A village, tambon or municipality of the crosswalk. */
  readonly target: string;
}

/** Approves what is proposed, where it is still what the approver saw. */
export interface ApproveMapping extends Of {
  readonly type: 'ApproveMapping';
  readonly target: string;
}

/** Turns what is proposed away. */
export interface DeclineMapping extends Of {
  readonly type: 'DeclineMapping';
}

export type AreaMappingInput = ProposeMapping | ApproveMapping | DeclineMapping;

function decide(command: AreaMappingInput, state: AreaMapping, { actor }: CommandContext): AreaMappingEvent[] {
  const { mappingId, source, sourceCode } = command;
  switch (command.type) {
    case 'ProposeMapping': {
      const { target } = command;
      const year = crosswalkVersions.at(-1)?.dataYears.to ?? 0;
      if (placeArea('tpmap', sourceCode, year).status === 'matched') throw codeIsKnown();
      const placed = placeArea('tpmap', target, year);
      if (placed.status === 'unmatched' || findArea(target) === undefined) throw targetUnknown();
      if (state.proposed?.target === target || (state.proposed === undefined && state.target === target)) return [];
      const data = { mappingId, source, sourceCode, target, proposedBy: actor.accountId };
      return [{ type: 'AreaMappingProposed', data }];
    }
    case 'ApproveMapping': {
      const { proposed } = state;
      if (proposed === undefined && state.target === command.target) return [];
      if (proposed === undefined) throw notProposed();
      if (proposed.target !== command.target) throw proposalChanged();
      if (proposed.by === actor.accountId) throw proposerApproves();
      return [{ type: 'AreaMappingApproved', data: { mappingId, source, sourceCode, target: proposed.target } }];
    }
    case 'DeclineMapping':
      return state.proposed === undefined ? [] : [{ type: 'AreaMappingDeclined', data: { mappingId } }];
  }
}

/** One code of one source; its stream hashes its own name, as it is about no household. */
export const areaMappingAggregate = defineAggregate<AreaMapping, AreaMappingInput, AreaMappingEvent>({
  name: 'area-mapping',
  context: 'ingestion',
  decider: { initialState: noMapping, decide, evolve: evolveMapping },
  events: [areaMappingProposed, areaMappingApproved, areaMappingDeclined],
  streamOf: ({ mappingId }) => `area-mapping-${mappingId}`,
  partitionOf: () => 'self',
});

const codeIsKnown = (): RuleBroken =>
  new RuleBroken('area-code-is-known', {
    th: 'รหัสพื้นที่นี้อยู่ในตารางเทียบรหัสแล้ว จึงเทียบเป็นพื้นที่อื่นไม่ได้ หากครัวเรือนอยู่ผิดพื้นที่ ให้นำเข้าแฟ้มฉบับแก้ไข',
    en: 'The crosswalk knows this area code, so it cannot stand for another area. Where households lie in the wrong one, import corrected files.',
  });
const targetUnknown = (): RuleBroken =>
  new RuleBroken('target-area-unknown', {
    th: 'ไม่มีพื้นที่ปลายทางนี้ในตารางเทียบรหัส ให้ใช้รหัสหมู่บ้าน 10 หลัก หรือรหัสตำบลหรือเทศบาล 6 หลักที่มีอยู่',
    en: 'The crosswalk has no such target area. Use the code of a known village (10 digits), or of a tambon or municipality (6 digits).',
  });
const notProposed = (): RuleBroken =>
  new RuleBroken('mapping-must-be-proposed', {
    th: 'ยังไม่มีผู้เสนอการเทียบรหัสนี้ หรือถูกปฏิเสธแล้ว ให้เสนอก่อน แล้วเจ้าหน้าที่อีกคนหนึ่งอนุมัติ',
    en: 'Nobody proposes a mapping of this code, or it was turned away. Propose one first; another operator approves.',
  });
const proposalChanged = (): RuleBroken =>
  new RuleBroken('proposal-changed', {
    th: 'ข้อเสนอเปลี่ยนไปจากที่ผู้อนุมัติเห็น ให้ดูข้อเสนอล่าสุดแล้วอนุมัติอีกครั้ง',
    en: 'The proposal is not what the approver saw any more. Look at the newest one and approve that.',
  });
const proposerApproves = (): RuleBroken =>
  new RuleBroken('approver-must-not-be-proposer', {
    th: 'ผู้เสนอการเทียบรหัสอนุมัติเองไม่ได้ ให้เจ้าหน้าที่อีกคนหนึ่งอนุมัติ',
    en: 'Whoever proposed a mapping cannot approve it. Another operator has to.',
  });
