import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, numberOf, row } from './panels';

/** From a recorded event to a published one: sequencers, publishers, seals. */
export function sequencing(): DashboardBuilder {
  return dashboard(
    'sequencing',
    'ลำดับและการเผยแพร่เหตุการณ์',
    'Sequencing and publishing',
    'เหตุการณ์ได้ลำดับ ขึ้น Kafka และถูกประทับตราหรือไม่ · Do events get their place, reach Kafka, and get sealed?',
  )
    .withRow(row('ผู้ให้ลำดับ', 'Sequencers'))
    .withPanel(
      numberOf({
        th: 'บริบทที่อ่านหัวลำดับไม่ได้',
        en: 'Contexts whose heads cannot be read',
        about: {
          th: 'MongoDB ไม่ตอบ หรือบริการเจ้าของไม่ตอบ ดู docs/runbooks/sequencing-stopped.md',
          en: 'MongoDB does not answer, or the service that owns it. docs/runbooks/sequencing-stopped.md',
        },
        source: 'faemban_sequencer_up',
        unit: 'none',
        lines: [{ expr: 'count(max by (context) (faemban_sequencer_up) == 0) or vector(0)', legend: '' }],
        bounds: { bad: 1 },
        width: 6,
      }),
    )
    .withPanel(
      numberOf({
        th: 'ยังทำงาน',
        en: 'Alive',
        about: {
          th: '1 = มีผู้ให้ลำดับของบริบทนั้น 0 = ไม่มี',
          en: '1: a sequencer of that context lives; 0: none does.',
        },
        source: 'faemban_sequencer_alive, the best instance',
        unit: 'none',
        lines: [{ expr: 'max by (context) (faemban_sequencer_alive)', legend: '{{context}}' }],
        width: 18,
      }),
    )
    .withPanel(
      linesOf({
        th: 'ส่วนที่แต่ละตัวถือ',
        en: 'Partitions held by each process',
        about: {
          th: 'รวมกันต้องเท่าจำนวนส่วน (FAEMBAN_PARTITION_COUNT) น้อยกว่า = บางส่วนไม่มีใครให้ลำดับ',
          en: 'Together as many as FAEMBAN_PARTITION_COUNT. Fewer: some have no sequencer.',
        },
        source: 'faemban_sequencer_held_partitions',
        unit: 'none',
        lines: [{ expr: 'faemban_sequencer_held_partitions', legend: '{{context}} {{instance}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'เหตุการณ์ที่บันทึกต่อวินาที',
        en: 'Events recorded per second',
        about: { th: 'ต่อบริบท รวมทุกส่วน', en: 'Per context, over all partitions.' },
        source: 'deriv of faemban_sequenced_events',
        unit: 'none',
        lines: [{ expr: 'max by (context) (deriv(faemban_sequenced_events[5m]))', legend: '{{context}}' }],
      }),
    )
    .withPanel(
      numberOf({
        th: 'บันทึกแล้วทั้งหมด',
        en: 'Recorded altogether',
        about: { th: 'จำนวนเหตุการณ์ของแต่ละบริบท ไม่เคยลดลง', en: 'Events of each context. It never becomes smaller.' },
        source: 'faemban_sequenced_events',
        unit: 'none',
        lines: [{ expr: 'max by (context) (faemban_sequenced_events)', legend: '{{context}}' }],
        width: 12,
      }),
    )
    .withPanel(
      numberOf({
        th: 'บันทึกล่าสุด',
        en: 'Last recorded',
        about: { th: 'นานแล้วไม่ผิด ถ้าไม่มีใครทำงาน', en: 'Long ago is nothing wrong when nobody works.' },
        source: 'faemban_sequenced_last_timestamp_seconds',
        unit: 'dateTimeFromNow',
        lines: [{ expr: 'max by (context) (faemban_sequenced_last_timestamp_seconds) * 1000', legend: '{{context}}' }],
        width: 12,
      }),
    )
    .withRow(row('การเผยแพร่บน Kafka', 'Publishing on Kafka'))
    .withPanel(
      linesOf({
        th: 'รอเผยแพร่',
        en: 'Events waiting to be published',
        about: {
          th: 'บันทึกแล้วแต่ยังไม่ขึ้น Kafka ไม่สูญหาย ดู docs/runbooks/publishing-behind.md',
          en: 'Recorded, not on Kafka yet. None is lost. docs/runbooks/publishing-behind.md',
        },
        source: 'faemban_publish_lag_events',
        unit: 'none',
        lines: [{ expr: 'max by (context) (faemban_publish_lag_events)', legend: '{{context}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'รอเผยแพร่มานาน',
        en: 'How long they wait',
        about: { th: 'อายุของเหตุการณ์เก่าสุดที่รอ', en: 'Age of the oldest that waits.' },
        source: 'faemban_publish_lag_seconds',
        unit: 's',
        lines: [{ expr: 'max by (context) (faemban_publish_lag_seconds)', legend: '{{context}}' }],
        bounds: { warn: 5, bad: 30 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'ส่วนที่แต่ละตัวรับไปทำ',
        en: 'Partitions assigned to each process',
        about: {
          th: 'Kafka แบ่งให้ รวมต่อบริการต้องเท่าจำนวนส่วน ขึ้นลงเมื่อมีตัวเริ่มหรือจบ',
          en: 'Shared out by Kafka; together as many as there are partitions. It moves when a process begins or ends.',
        },
        source: 'faemban_assigned_partitions',
        unit: 'none',
        lines: [{ expr: 'faemban_assigned_partitions', legend: '{{service}} {{instance}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ยังไม่ประทับตรา',
        en: 'Not sealed yet',
        about: {
          th: 'ประทับทุก 300 วินาทีหรือทุกหมื่นเหตุการณ์ ไม่ลดลงนานหนึ่งชั่วโมง ดู docs/runbooks/sealing-failed.md',
          en: 'Sealed every 300 s or ten thousand events. Not fewer for an hour: docs/runbooks/sealing-failed.md',
        },
        source: 'faemban_unsealed_events',
        unit: 'none',
        lines: [{ expr: 'max by (context) (faemban_unsealed_events)', legend: '{{context}}' }],
      }),
    );
}
