import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, row, tableOf } from './panels';

/** Read models and policies, one by one. */
export function views(): DashboardBuilder {
  return dashboard(
    'views',
    'ข้อมูลสรุปและนโยบาย',
    'Views and policies',
    'ตามหลังเท่าไร พักอะไรไว้ สร้างใหม่ถึงไหน · How far each is, what is parked, how rebuilds go.',
  )
    .withRow(row('ตามหลัง', 'Behind'))
    .withPanel(
      linesOf({
        th: 'เหตุการณ์ที่ยังไม่ใช้',
        en: 'Events not applied yet',
        about: {
          th: 'รวมทุกตัวของแต่ละงาน ขึ้นระหว่างนำเข้าเป็นปกติ ต้องกลับเป็น 0',
          en: 'Over all instances of a runner. It rises during an import and has to come back to 0.',
        },
        source: 'faemban_lag_events',
        unit: 'none',
        lines: [{ expr: 'sum by (runner) (faemban_lag_events)', legend: '{{runner}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'อายุที่ตามหลัง',
        en: 'How long behind',
        about: {
          th: 'ใครอ่านตอนนี้เห็นสภาพเมื่อกี่วินาทีก่อน',
          en: 'Who reads now sees the state of so many seconds ago.',
        },
        source: 'faemban_lag_seconds, the farthest instance',
        unit: 's',
        lines: [{ expr: 'max by (runner) (faemban_lag_seconds)', legend: '{{runner}}' }],
        bounds: { warn: 10, bad: 60 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'เหตุการณ์ที่ใช้ต่อวินาที',
        en: 'Events applied per second',
        about: {
          th: 'อัตราการใช้ของแต่ละงาน ต่ำกว่าอัตราที่เกิด = จะยิ่งตามหลัง',
          en: 'The rate of each runner. Below the rate of recording it falls behind.',
        },
        source: 'deriv of faemban_complete_through, all partitions',
        unit: 'none',
        lines: [{ expr: 'sum by (runner) (deriv(faemban_complete_through[5m]))', legend: '{{runner}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ตามเจ้าของเหตุการณ์ไม่ทัน',
        en: 'Behind the owner of the events',
        about: {
          th: 'เทียบกับหัวลำดับของบริการเจ้าของ ไม่ลดลงนาน 15 นาที ดู docs/runbooks/consumption-stuck.md',
          en: 'Against the heads of the service that records them. Not fewer for 15 minutes: docs/runbooks/consumption-stuck.md',
        },
        source: 'faemban_consumed_lag_events',
        unit: 'none',
        lines: [{ expr: 'sum by (job, context) (faemban_consumed_lag_events)', legend: '{{job}} ← {{context}}' }],
      }),
    )
    .withRow(row('ขัดข้อง', 'Broken'))
    .withPanel(
      tableOf({
        th: 'งานที่หยุด',
        en: 'Runners that stopped',
        about: {
          th: '/status บอกสาเหตุ ดู docs/runbooks/view-behind.md',
          en: '/status says why. docs/runbooks/view-behind.md',
        },
        source: 'faemban_runner_up = 0',
        unit: 'none',
        lines: [{ expr: 'faemban_runner_up == 0', legend: '' }],
        width: 8,
      }),
    )
    .withPanel(
      linesOf({
        th: 'เหตุการณ์ที่พักไว้',
        en: 'Events parked',
        about: {
          th: 'อยู่หลังเหตุการณ์ที่ใช้ไม่ได้ ครัวเรือนอื่นเดินต่อ ดู docs/runbooks/parked-household.md',
          en: 'Behind one that could not be applied; other households go on. docs/runbooks/parked-household.md',
        },
        source: 'faemban_parked_total',
        unit: 'none',
        lines: [{ expr: 'sum by (runner) (faemban_parked_total)', legend: '{{runner}}' }],
        width: 8,
      }),
    )
    .withPanel(
      linesOf({
        th: 'พักไว้นานที่สุด',
        en: 'Parked the longest',
        about: { th: 'เกินหนึ่งชั่วโมงมีการแจ้งเตือน', en: 'Above an hour an alert fires.' },
        source: 'faemban_parked_oldest_seconds',
        unit: 's',
        lines: [{ expr: 'max by (runner) (faemban_parked_oldest_seconds)', legend: '{{runner}}' }],
        bounds: { warn: 600, bad: 3600 },
        width: 8,
      }),
    )
    .withRow(row('สร้างใหม่', 'Rebuilds'))
    .withPanel(
      linesOf({
        th: 'ความคืบหน้า',
        en: 'Progress',
        about: {
          th: 'ส่วนที่เติมแล้ว ค้างนาน 30 นาที ดู docs/runbooks/rebuild-stuck.md',
          en: 'How much is filled. Standing still for 30 minutes: docs/runbooks/rebuild-stuck.md',
        },
        source: 'faemban_rebuild_progress_ratio',
        unit: 'percentunit',
        lines: [{ expr: 'max by (view) (faemban_rebuild_progress_ratio)', legend: '{{view}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'เวลาที่เหลือ',
        en: 'Time left',
        about: { th: 'ตามอัตราที่ผ่านมา', en: 'At the rate so far.' },
        source: 'faemban_rebuild_eta_seconds',
        unit: 's',
        lines: [{ expr: 'max by (view) (faemban_rebuild_eta_seconds)', legend: '{{view}}' }],
      }),
    );
}
