import type { ContextName } from '@faemban/contracts';
import type { Sentence } from '@faemban/event-sourcing';
import {
  addConsumingMetrics,
  addPublishingMetrics,
  addSequencingMetrics,
  type Health,
  type HealthRegistry,
  type Metrics,
} from '@faemban/nest-kit';
import type { DistributedPlatform } from './distributed-platform';

/**
 * Adds what a distributed process has besides: its sequencing keeps it from serving while it cannot work, since no command could be
 * answered; publishing and consuming that stand still are told and keep nobody from being served.
 */
export function addPlatformHealth(health: HealthRegistry, opened: DistributedPlatform, context: ContextName): void {
  health.add('sequencing', () => {
    const { trouble } = opened.events.sequencing(context);
    return trouble === undefined ? { ready: true } : { ready: false, waitingFor: because(sequencing, trouble) };
  });
  health.add('publishing', () => {
    const { trouble, resends } = opened.publisher.status();
    return trouble === undefined && resends > 0 ? { ready: true, note: resent } : noted(publishing, trouble);
  });
  if (opened.consumed === undefined) return;
  const { consumed } = opened;
  health.add('consuming', () => {
    const { trouble, contexts } = consumed.status();
    return noted(consuming, trouble ?? contexts.find((each) => each.trouble !== undefined)?.trouble);
  });
}

/** Adds the figures of a distributed process: what it sequences, publishes, consumes. */
export function addPlatformMetrics(metrics: Metrics, opened: DistributedPlatform, context: ContextName): void {
  const { events, publisher, consumed } = opened;
  addSequencingMetrics(metrics, () => {
    const { held, trouble } = events.sequencing(context);
    return [{ context, heldPartitions: held, isAlive: trouble === undefined }];
  });
  addPublishingMetrics(metrics, () => {
    const { lagEvents, lagSeconds } = publisher.status();
    return [{ context, lagEvents, lagSeconds }];
  });
  if (consumed === undefined) return;
  addConsumingMetrics(metrics, {
    service: context,
    assignedPartitions: () => consumed.assigned().size,
    statuses: () => consumed.status().contexts,
  });
}

function noted(sentence: Sentence, trouble: string | undefined): Health {
  return trouble === undefined ? { ready: true } : { ready: true, note: because(sentence, trouble) };
}

function because({ th, en }: Sentence, trouble: string): Sentence {
  return { th: `${th} (${trouble})`, en: `${en} (${trouble})` };
}

const sequencing: Sentence = {
  th: 'จัดลำดับเหตุการณ์ไม่ได้ คำสั่งจะรอจนกว่าฐานข้อมูลกลับมา',
  en: 'Events cannot be sequenced; commands wait until the database is back.',
};
const publishing: Sentence = {
  th: 'ส่งเหตุการณ์ขึ้น Kafka ไม่ได้ จะส่งต่อจากที่ค้างเมื่อกลับมา ไม่มีเหตุการณ์สูญหาย',
  en: 'Events cannot be published; they go out from where it stopped once Kafka is back, none is lost.',
};
const resent: Sentence = {
  th: 'หัวข้อบน Kafka สูญเสียเหตุการณ์ที่เผยแพร่แล้ว จึงส่งใหม่ทั้งหมดตั้งแต่ต้น ไม่มีเหตุการณ์สูญหาย โปรดตรวจสอบสาเหตุที่ Kafka',
  en: 'A topic on Kafka had lost published events, so they are sent again from the beginning; none is lost. Look for the cause at Kafka.',
};
const consuming: Sentence = {
  th: 'รับเหตุการณ์ของบริการอื่นไม่ได้ ข้อมูลสรุปหยุดอยู่ที่เดิมจนกว่าจะกลับมา',
  en: 'Events of other services do not come; views stand where they are until they do.',
};
