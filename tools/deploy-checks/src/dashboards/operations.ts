import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, numberOf, row, tableOf } from './panels';
import { roomOfVolumes } from './processes';

/** For the officer on duty: what is broken, behind or slow, and what to do about it. */
export function operations(): DashboardBuilder {
  return dashboard(
    'operations',
    'ภาพรวมสำหรับเจ้าหน้าที่',
    'Operations',
    'สิ่งใดขัดข้อง ล่าช้า หรือช้า และต้องทำอะไร · What is broken, behind or slow, and what to do. From left to right, top to bottom.',
  )
    .withRow(row('ต้องทำเดี๋ยวนี้', 'To be done now'))
    .withPanel(
      tableOf({
        th: 'การแจ้งเตือนที่กำลังดัง',
        en: 'Alerts that fire',
        about: {
          th: 'หนึ่งแถวต่อเรื่อง เปิด docs/runbooks ตามชื่อในกฎ (deploy/helm/faemban/files/alerts.yaml) เริ่มจาก critical',
          en: 'A row each. Its rule in deploy/helm/faemban/files/alerts.yaml names the runbook in docs/runbooks. Begin with critical.',
        },
        source: 'Prometheus, ALERTS',
        unit: 'none',
        lines: [
          {
            expr: 'sum by (severity, alertname, job, context, runner, view, instance) (ALERTS{alertname=~"Faemban.*", alertstate="firing"})',
            legend: '',
          },
        ],
      }),
    )
    .withRow(row('ขัดข้อง', 'Broken'))
    .withPanel(
      numberOf({
        th: 'ตัวที่ไม่ตอบ',
        en: 'Processes that do not answer',
        about: {
          th: 'มากกว่า 0: งานของตัวนั้นหยุด ดู docs/runbooks/process-down.md',
          en: 'Above 0: what it does stands still. docs/runbooks/process-down.md',
        },
        source: 'Prometheus, up',
        unit: 'none',
        lines: [{ expr: 'count(up == 0) or vector(0)', legend: '' }],
        bounds: { bad: 1 },
      }),
    )
    .withPanel(
      numberOf({
        th: 'ตัวที่ยังไม่พร้อม',
        en: 'Processes not ready',
        about: {
          th: '/health/ready บอกว่ารออะไร ดู docs/runbooks/process-not-ready.md',
          en: '/health/ready says what it waits for. docs/runbooks/process-not-ready.md',
        },
        source: 'faemban_process_ready of every process',
        unit: 'none',
        lines: [{ expr: 'count(faemban_process_ready == 0) or vector(0)', legend: '' }],
        bounds: { warn: 1, bad: 2 },
      }),
    )
    .withPanel(
      numberOf({
        th: 'งานที่หยุดเพราะขัดข้อง',
        en: 'Views and policies stopped',
        about: {
          th: 'ตัวเลขของมันไม่เดิน ดู docs/runbooks/view-behind.md',
          en: 'What they show stands still. docs/runbooks/view-behind.md',
        },
        source: 'faemban_runner_up',
        unit: 'none',
        lines: [{ expr: 'count(faemban_runner_up == 0) or vector(0)', legend: '' }],
        bounds: { bad: 1 },
      }),
    )
    .withPanel(
      numberOf({
        th: 'เหตุการณ์ที่พักไว้',
        en: 'Events parked',
        about: {
          th: 'ครัวเรือนเหล่านั้นยังไม่นับ ดู docs/runbooks/parked-household.md',
          en: 'Those households are not counted yet. docs/runbooks/parked-household.md',
        },
        source: 'faemban_parked_total, every runner',
        unit: 'none',
        lines: [{ expr: 'sum(faemban_parked_total)', legend: '' }],
        bounds: { warn: 1, bad: 100 },
      }),
    )
    .withPanel(
      numberOf({
        th: 'ไม่มีผู้ให้ลำดับ',
        en: 'Contexts without a sequencer',
        about: {
          th: 'คำสั่งยังรับ แต่เหตุการณ์ใหม่ไม่ปรากฏ ดู docs/runbooks/sequencing-stopped.md',
          en: 'Commands are taken, but nothing new is seen. docs/runbooks/sequencing-stopped.md',
        },
        source: 'faemban_sequencer_alive',
        unit: 'none',
        lines: [{ expr: 'count(max by (context) (faemban_sequencer_alive) == 0) or vector(0)', legend: '' }],
        bounds: { bad: 1 },
      }),
    )
    .withPanel(
      numberOf({
        th: 'ดิสก์ที่เหลือน้อยที่สุด',
        en: 'Least room on a volume',
        about: {
          th: 'ต่ำกว่าร้อยละ 15 ดู docs/runbooks/full-disk.md',
          en: 'Below 15 %: docs/runbooks/full-disk.md',
        },
        source:
          'kubelet_volume_stats_available_bytes; beside compose faemban_data_volume_available_bytes and node_filesystem_avail_bytes',
        unit: 'percentunit',
        lines: [
          {
            expr: `min(${roomOfVolumes.map(({ expr }) => expr).join(' or ')})`,
            legend: '',
          },
        ],
      }),
    )
    .withRow(row('ล่าช้า', 'Behind'))
    .withPanel(
      linesOf({
        th: 'ข้อมูลสรุปและนโยบายตามหลัง',
        en: 'Views and policies behind',
        about: {
          th: 'อายุของเหตุการณ์เก่าสุดที่ยังไม่ใช้ เกิน 60 วินาทีนาน 5 นาที ดู docs/runbooks/view-behind.md',
          en: 'Age of the oldest event not applied. Above 60 s for 5 minutes: docs/runbooks/view-behind.md',
        },
        source: 'faemban_lag_seconds, the farthest instance',
        unit: 's',
        lines: [{ expr: 'max by (runner) (faemban_lag_seconds)', legend: '{{runner}}' }],
        bounds: { warn: 10, bad: 60 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'รอเผยแพร่บน Kafka',
        en: 'Waiting to be published',
        about: {
          th: 'เกิน 30 วินาทีนาน 5 นาที ดู docs/runbooks/publishing-behind.md',
          en: 'Above 30 s for 5 minutes: docs/runbooks/publishing-behind.md',
        },
        source: 'faemban_publish_lag_seconds',
        unit: 's',
        lines: [{ expr: 'max by (context) (faemban_publish_lag_seconds)', legend: '{{context}}' }],
        bounds: { warn: 5, bad: 30 },
      }),
    )
    .withRow(row('ช้า', 'Slow'))
    .withPanel(
      linesOf({
        th: 'เวลาตอบ ร้อยละ 95',
        en: 'Time to answer, 95 of 100',
        about: {
          th: 'การอ่านผ่านหน้าบ้าน เกิน 1 วินาทีนาน 10 นาที ดู docs/runbooks/http-slow.md',
          en: 'Reads through the front door. Above 1 s for 10 minutes: docs/runbooks/http-slow.md',
        },
        source: 'faemban_http_request_duration_seconds, GET',
        unit: 's',
        lines: [
          {
            expr: 'histogram_quantile(0.95, sum by (le, job) (rate(faemban_http_request_duration_seconds_bucket{method="GET"}[$__rate_interval])))',
            legend: '{{job}}',
          },
        ],
        bounds: { warn: 0.3, bad: 1 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'คำตอบที่ผิดพลาด',
        en: 'Answers that fail',
        about: {
          th: 'ส่วนของคำตอบ 5xx เกินร้อยละ 5 ดู docs/runbooks/http-failures.md',
          en: 'Share of 5xx answers. Above 5 %: docs/runbooks/http-failures.md',
        },
        source: 'faemban_http_request_duration_seconds_count',
        unit: 'percentunit',
        lines: [
          {
            expr: 'sum by (job) (rate(faemban_http_request_duration_seconds_count{status=~"5.."}[$__rate_interval])) / sum by (job) (rate(faemban_http_request_duration_seconds_count[$__rate_interval]))',
            legend: '{{job}}',
          },
        ],
        bounds: { warn: 0.01, bad: 0.05 },
      }),
    )
    .withRow(row('รอคน', 'Waiting for people'))
    .withPanel(
      numberOf({
        th: 'แถวที่รอตรวจ',
        en: 'Rows to be looked at',
        about: {
          th: 'แถวของแฟ้มนำเข้าที่ต้องให้คนตัดสิน ดู docs/runbooks/reviews-waiting.md',
          en: 'Rows of imports that somebody has to decide. docs/runbooks/reviews-waiting.md',
        },
        source: 'faemban_reviews_waiting_rows',
        unit: 'none',
        lines: [{ expr: 'sum(max by (source, kind, reason) (faemban_reviews_waiting_rows))', legend: '' }],
        width: 6,
      }),
    )
    .withPanel(
      numberOf({
        th: 'รอนานที่สุด',
        en: 'Longest wait',
        about: {
          th: 'อายุของแถวเก่าสุดในคิว เกิน 7 วัน ดู docs/runbooks/reviews-waiting.md',
          en: 'Age of the oldest row. Above 7 days: docs/runbooks/reviews-waiting.md',
        },
        source: 'faemban_reviews_oldest_seconds',
        unit: 's',
        lines: [{ expr: 'max(faemban_reviews_oldest_seconds)', legend: '' }],
        bounds: { warn: 3 * 86_400, bad: 7 * 86_400 },
        width: 6,
      }),
    )
    .withPanel(
      numberOf({
        th: 'สร้างใหม่จะเสร็จใน',
        en: 'Rebuild done in',
        about: {
          th: 'การสร้างข้อมูลสรุปใหม่ที่ทำอยู่ ว่าง = ไม่มี ดู docs/guides/rebuilding-a-view.md',
          en: 'Of the rebuilds under way; empty: none. docs/guides/rebuilding-a-view.md',
        },
        source: 'faemban_rebuild_eta_seconds, at the rate so far',
        unit: 's',
        lines: [{ expr: 'max by (view) (faemban_rebuild_eta_seconds)', legend: '{{view}}' }],
        width: 6,
      }),
    )
    .withPanel(
      numberOf({
        th: 'ตรวจความครบถ้วนล่าสุด',
        en: 'Last verified',
        about: {
          th: 'ว่าง = ยังไม่ตรวจตั้งแต่เริ่ม ดู docs/guides/verifying.md',
          en: 'Empty: not since the start. docs/guides/verifying.md',
        },
        source: 'faemban_integrity_last_verified_timestamp_seconds',
        unit: 'dateTimeFromNow',
        lines: [
          {
            expr: 'max by (verdict) (faemban_integrity_last_verified_timestamp_seconds) * 1000',
            legend: '{{verdict}}',
          },
        ],
        width: 6,
      }),
    );
}
