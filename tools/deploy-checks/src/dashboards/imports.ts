import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, row, tableOf } from './panels';

/** Files that come in, and rows that wait for somebody. */
export function imports(): DashboardBuilder {
  return dashboard(
    'imports',
    'การนำเข้า',
    'Imports',
    'แฟ้มเข้าเร็วเพียงใด และแถวใดรอคนตัดสิน · How fast files come in, and which rows wait for somebody.',
  )
    .withRow(row('แถวที่รอตรวจ', 'Rows to be looked at'))
    .withPanel(
      linesOf({
        th: 'รอตรวจ ตามแหล่งและเหตุ',
        en: 'Waiting, by source and reason',
        about: {
          th: 'จำนวนแถวที่ต้องให้คนตัดสิน ดู docs/runbooks/reviews-waiting.md',
          en: 'Rows that somebody has to decide. docs/runbooks/reviews-waiting.md',
        },
        source: 'faemban_reviews_waiting_rows',
        unit: 'none',
        lines: [
          {
            expr: 'max by (source, kind, reason) (faemban_reviews_waiting_rows)',
            legend: '{{source}} {{kind}} {{reason}}',
          },
        ],
      }),
    )
    .withPanel(
      tableOf({
        th: 'รอนานที่สุด',
        en: 'Longest wait',
        about: { th: 'อายุของแถวเก่าสุด เกิน 7 วันมีการแจ้งเตือน', en: 'Age of the oldest row. Above 7 days an alert fires.' },
        source: 'faemban_reviews_oldest_seconds',
        unit: 's',
        lines: [{ expr: 'max by (source, kind, reason) (faemban_reviews_oldest_seconds)', legend: '' }],
        width: 12,
      }),
    )
    .withPanel(
      linesOf({
        th: 'ขาดแฟ้มหรือชื่อหลังการกู้คืน',
        en: 'Files or names missing after a restore',
        about: {
          th: 'การนำเข้าที่ขอแฟ้มเดิม และบุคคลที่ทะเบียนขาดชื่อ ปกติเป็น 0 ดู docs/runbooks/files-missing.md',
          en: 'Imports that ask for their files, and persons whose names the vault lacks; 0 as a rule. docs/runbooks/files-missing.md',
        },
        source: 'faemban_imports_lost, faemban_vault_missing_persons',
        unit: 'none',
        lines: [
          { expr: 'max(faemban_imports_lost)', legend: 'การนำเข้า · imports' },
          { expr: 'max(faemban_vault_missing_persons)', legend: 'บุคคล · persons' },
        ],
      }),
    )
    .withRow(row('ความเร็ว', 'Speed'))
    .withPanel(
      linesOf({
        th: 'ข้อเท็จจริงที่บันทึกต่อวินาที',
        en: 'Facts recorded per second',
        about: {
          th: 'จาก ingestion ระหว่างใช้แฟ้ม 0 เมื่อไม่มีการนำเข้า',
          en: 'By ingestion while a file is applied; 0 without an import.',
        },
        source: 'deriv of faemban_sequenced_events{context="ingestion"}',
        unit: 'none',
        lines: [
          { expr: 'max(deriv(faemban_sequenced_events{context="ingestion"}[5m]))', legend: 'ingestion' },
          { expr: 'max(deriv(faemban_sequenced_events{context="mpi-scoring"}[5m]))', legend: 'mpi-scoring' },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'คำขอของ ingestion',
        en: 'Requests to ingestion',
        about: { th: 'ต่อวินาที ตามเส้นทางและรหัสตอบ', en: 'Per second, by route and status.' },
        source: 'faemban_http_request_duration_seconds_count{job="ingestion"}',
        unit: 'reqps',
        lines: [
          {
            expr: 'sum by (method, route, status) (rate(faemban_http_request_duration_seconds_count{job="ingestion"}[$__rate_interval]))',
            legend: '{{method}} {{route}} {{status}}',
          },
        ],
      }),
    );
}
