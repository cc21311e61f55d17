import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, row } from './panels';

const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le, job) (rate(faemban_http_request_duration_seconds_bucket[$__rate_interval])))`;

/** Requests from outside and between processes. */
export function http(): DashboardBuilder {
  return dashboard(
    'http',
    'คำขอ HTTP',
    'HTTP',
    'คำขอ เวลาตอบ และความผิดพลาด · Requests, how long they take, how many fail.',
  )
    .withRow(row('ทั้งหมด', 'Altogether'))
    .withPanel(
      linesOf({
        th: 'คำขอต่อวินาที',
        en: 'Requests per second',
        about: {
          th: 'ทั้งจากภายนอกและระหว่างตัว ไม่รวม /health และ /metrics',
          en: 'From outside and between processes, without /health and /metrics.',
        },
        source: 'faemban_http_request_duration_seconds_count',
        unit: 'reqps',
        lines: [
          {
            expr: 'sum by (job) (rate(faemban_http_request_duration_seconds_count[$__rate_interval]))',
            legend: '{{job}}',
          },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'คำตอบตามรหัส',
        en: 'Answers by status',
        about: {
          th: '4xx คือคำขอที่ปฏิเสธพร้อมเหตุผล 5xx คือระบบผิดพลาด ดู docs/runbooks/http-failures.md',
          en: '4xx are refusals with a reason; 5xx are faults of the system. docs/runbooks/http-failures.md',
        },
        source: 'faemban_http_request_duration_seconds_count',
        unit: 'reqps',
        lines: [
          {
            expr: 'sum by (job, status) (rate(faemban_http_request_duration_seconds_count[$__rate_interval]))',
            legend: '{{job}} {{status}}',
          },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'เวลาตอบ ร้อยละ 50',
        en: 'Time to answer, 50 of 100',
        about: { th: 'ครึ่งหนึ่งตอบภายในเวลานี้', en: 'Half are answered within this time.' },
        source: 'faemban_http_request_duration_seconds',
        unit: 's',
        lines: [{ expr: quantile(0.5), legend: '{{job}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'เวลาตอบ ร้อยละ 99',
        en: 'Time to answer, 99 of 100',
        about: { th: 'ดู docs/runbooks/http-slow.md', en: 'docs/runbooks/http-slow.md' },
        source: 'faemban_http_request_duration_seconds',
        unit: 's',
        lines: [{ expr: quantile(0.99), legend: '{{job}}' }],
        bounds: { warn: 0.5, bad: 2 },
      }),
    )
    .withRow(row('เส้นทาง', 'Routes'))
    .withPanel(
      linesOf({
        th: 'เส้นทางที่ช้าที่สุด',
        en: 'Slowest routes',
        about: { th: 'ร้อยละ 95 สิบเส้นทาง', en: '95 of 100, ten routes.' },
        source: 'faemban_http_request_duration_seconds',
        unit: 's',
        lines: [
          {
            expr: 'topk(10, histogram_quantile(0.95, sum by (le, job, method, route) (rate(faemban_http_request_duration_seconds_bucket[$__rate_interval]))))',
            legend: '{{job}} {{method}} {{route}}',
          },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'เส้นทางที่ผิดพลาด',
        en: 'Routes that fail',
        about: { th: 'คำตอบ 5xx ต่อวินาที', en: '5xx answers per second.' },
        source: 'faemban_http_request_duration_seconds_count{status=~"5.."}',
        unit: 'reqps',
        lines: [
          {
            expr: 'sum by (job, method, route) (rate(faemban_http_request_duration_seconds_count{status=~"5.."}[$__rate_interval]))',
            legend: '{{job}} {{method}} {{route}}',
          },
        ],
      }),
    )
    .withRow(row('จากร่องรอย', 'From traces'))
    .withPanel(
      linesOf({
        th: 'ขั้นตอนที่ช้าที่สุด',
        en: 'Slowest steps',
        about: {
          th: 'ร้อยละ 95 สิบขั้น ของร่องรอยที่เก็บไว้ในครึ่งชั่วโมง ดู docs/guides/watching.md',
          en: '95 of 100, ten steps, of the traces kept within half an hour. docs/guides/watching.md',
        },
        source: 'faemban_spans_duration_seconds, which the collector makes of traces',
        unit: 's',
        lines: [
          {
            expr: 'topk(10, histogram_quantile(0.95, sum by (le, service_name, span_name) (rate(faemban_spans_duration_seconds_bucket[30m]))))',
            legend: '{{service_name}} {{span_name}}',
          },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ขั้นตอนที่ล้มเหลว',
        en: 'Steps that fail',
        about: {
          th: 'ของร่องรอยที่เก็บไว้ในครึ่งชั่วโมง ดู docs/runbooks/http-failures.md',
          en: 'Of the traces kept within half an hour. docs/runbooks/http-failures.md',
        },
        source: 'faemban_spans_calls_total, which the collector makes of traces',
        unit: 'none',
        lines: [
          {
            expr: 'sum by (service_name, span_name) (increase(faemban_spans_calls_total{status_code="STATUS_CODE_ERROR"}[30m]))',
            legend: '{{service_name}} {{span_name}}',
          },
        ],
      }),
    );
}
