import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, linesOf, row, tableOf } from './panels';

/** The share of each volume that is left, as whoever sees it tells. */
export const roomOfVolumes = [
  {
    expr: 'kubelet_volume_stats_available_bytes{persistentvolumeclaim=~".*faemban.*"} / kubelet_volume_stats_capacity_bytes{persistentvolumeclaim=~".*faemban.*"}',
    legend: '{{persistentvolumeclaim}}',
  },
  {
    expr: 'node_filesystem_avail_bytes{mountpoint=~"/volumes/(kafka|mongodb)"} / node_filesystem_size_bytes{mountpoint=~"/volumes/(kafka|mongodb)"}',
    legend: '{{mountpoint}}',
  },
  { expr: 'faemban_data_volume_available_bytes / faemban_data_volume_size_bytes', legend: '{{job}} {{instance}}' },
];

/** Every process: is it ready, what does it wait for, what does it use. */
export function processes(): DashboardBuilder {
  return dashboard(
    'processes',
    'กระบวนการ',
    'Processes',
    'แต่ละตัวพร้อมหรือไม่ รออะไร ใช้เครื่องเท่าไร · Is each ready, what does it wait for, what does it use.',
  )
    .withRow(row('พร้อมหรือไม่', 'Ready?'))
    .withPanel(
      tableOf({
        th: 'กำลังรอ',
        en: 'What they wait for',
        about: {
          th: 'ข้อความเต็มอยู่ที่ /health/ready ของตัวนั้น ดู docs/runbooks/process-not-ready.md',
          en: 'The whole sentence is in its /health/ready. docs/runbooks/process-not-ready.md',
        },
        source: 'faemban_process_waiting_for = 1',
        unit: 'none',
        lines: [{ expr: 'faemban_process_waiting_for == 1', legend: '' }],
        width: 12,
      }),
    )
    .withPanel(
      linesOf({
        th: 'พร้อม',
        en: 'Ready',
        about: { th: '1 = พร้อม 0 = ยัง', en: '1: ready; 0: not yet.' },
        source: 'faemban_process_ready',
        unit: 'none',
        lines: [{ expr: 'faemban_process_ready', legend: '{{job}} {{instance}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ทำงานมานาน',
        en: 'Up for',
        about: {
          th: 'ตกเป็น 0 = เริ่มใหม่ บ่อย ดู docs/runbooks/process-restarts.md',
          en: 'A fall to 0 is a restart. Often: docs/runbooks/process-restarts.md',
        },
        source: 'faemban_process_uptime_seconds',
        unit: 's',
        lines: [{ expr: 'faemban_process_uptime_seconds', legend: '{{job}} {{instance}}' }],
      }),
    )
    .withPanel(
      tableOf({
        th: 'รุ่นที่ทำงานอยู่',
        en: 'What runs',
        about: {
          th: 'รุ่นของแต่ละตัว ต่างกันระหว่างปรับรุ่นเท่านั้น',
          en: 'The version of each; they differ only while an update goes on.',
        },
        source: 'faemban_build_info',
        unit: 'none',
        lines: [{ expr: 'count by (job, service, version, node) (faemban_build_info)', legend: '' }],
        width: 12,
      }),
    )
    .withPanel(
      linesOf({
        th: 'ตัวที่หน้าบ้านส่งคำขอให้',
        en: 'Instances the front door knows',
        about: {
          th: 'ต่อบริการ พร้อมหรือไม่ ณ ครั้งที่ถามล่าสุด ดู docs/runbooks/process-not-ready.md',
          en: 'By service, and whether they were ready when last asked. docs/runbooks/process-not-ready.md',
        },
        source: 'faemban_front_door_instances',
        unit: 'none',
        lines: [
          { expr: 'sum by (service, ready) (faemban_front_door_instances)', legend: '{{service}}, ready: {{ready}}' },
        ],
      }),
    )
    .withRow(row('ใช้เครื่อง', 'What they use'))
    .withPanel(
      linesOf({
        th: 'หน่วยความจำ',
        en: 'Memory',
        about: {
          th: 'เทียบกับเพดานของคอนเทนเนอร์ เกินแล้วถูกปิด',
          en: 'Against the container’s limit, beyond which it is ended.',
        },
        source: 'faemban_process_resident_memory_bytes',
        unit: 'bytes',
        lines: [{ expr: 'faemban_process_resident_memory_bytes', legend: '{{job}} {{instance}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ฮีป',
        en: 'Heap',
        about: { th: 'ส่วนของ JavaScript โตเรื่อย ๆ ไม่ลง = รั่ว', en: 'JavaScript’s own. Growing without end: a leak.' },
        source: 'faemban_process_heap_used_bytes',
        unit: 'bytes',
        lines: [{ expr: 'faemban_process_heap_used_bytes', legend: '{{job}} {{instance}}' }],
      }),
    )
    .withPanel(
      linesOf({
        th: 'ที่ว่างบนดิสก์',
        en: 'Room on volumes',
        about: {
          th: 'ส่วนที่เหลือของแต่ละดิสก์ ต่ำกว่าร้อยละ 15 ดู docs/runbooks/full-disk.md',
          en: 'The share that is left of each. Below 15 %: docs/runbooks/full-disk.md',
        },
        source:
          'faemban_data_volume_available_bytes; of others kubelet_volume_stats_available_bytes, node_filesystem_avail_bytes',
        unit: 'percentunit',
        lines: roomOfVolumes,
      }),
    )
    .withPanel(
      linesOf({
        th: 'ซีพียู',
        en: 'Processor',
        about: { th: '100 % = หนึ่งแกนเต็ม', en: '100 % is one core in use.' },
        source: 'rate of faemban_process_cpu_seconds',
        unit: 'percentunit',
        lines: [
          {
            expr: 'sum by (job, instance) (rate(faemban_process_cpu_seconds[$__rate_interval]))',
            legend: '{{job}} {{instance}}',
          },
        ],
      }),
    )
    .withPanel(
      linesOf({
        th: 'วงเหตุการณ์ล่าช้า',
        en: 'Event-loop delay',
        about: {
          th: 'ร้อยละ 99 ตั้งแต่การวัดก่อน เกิน 0.5 วินาทีนาน 10 นาที ดู docs/runbooks/process-busy.md',
          en: '99 of 100 since the scrape before. Above 0.5 s for 10 minutes: docs/runbooks/process-busy.md',
        },
        source: 'faemban_event_loop_delay_p99_seconds',
        unit: 's',
        lines: [{ expr: 'faemban_event_loop_delay_p99_seconds', legend: '{{job}} {{instance}}' }],
        bounds: { warn: 0.1, bad: 0.5 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'เวลาที่ใช้เก็บขยะ',
        en: 'Time in garbage collection',
        about: {
          th: 'ส่วนของเวลาที่หยุดเพื่อคืนหน่วยความจำ เกินร้อยละ 10 = หน่วยความจำใกล้เต็ม',
          en: 'Share of time that is spent giving memory back. Above 10 %: memory is nearly full.',
        },
        source: 'faemban_gc_duration_seconds',
        unit: 'percentunit',
        lines: [
          {
            expr: 'sum by (job, instance) (rate(faemban_gc_duration_seconds_sum[$__rate_interval]))',
            legend: '{{job}} {{instance}}',
          },
        ],
        bounds: { warn: 0.05, bad: 0.1 },
      }),
    )
    .withPanel(
      linesOf({
        th: 'ตัวเลขที่วัดไม่ทัน',
        en: 'Figures not taken in time',
        about: {
          th: 'ตัวเลขที่ขาดไป = ไม่ทราบ ไม่ใช่ศูนย์ มักเพราะฐานข้อมูลไม่ตอบภายใน 2 วินาที',
          en: 'A figure that is absent is unknown, not zero; mostly the database did not answer within 2 s.',
        },
        source: 'faemban_metric_failures_total',
        unit: 'none',
        lines: [
          {
            expr: 'sum by (job, metric) (increase(faemban_metric_failures_total[$__rate_interval]))',
            legend: '{{job}} {{metric}}',
          },
        ],
      }),
    );
}
