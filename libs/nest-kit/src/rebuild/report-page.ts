import type { SignedDocument } from '@faemban/event-sourcing';
import type { RebuildReport } from './rebuild-report';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const text = (value: unknown): string => String(value).replace(/[&<>"']/g, (found) => escapes[found] ?? found);
const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 });

const style = `body{font:16px/1.6 "Noto Sans Thai",Sarabun,system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-top:2rem}small,.en{color:#595959}table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #d0d0d0;padding:.3rem .6rem;text-align:left;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
code{font-size:.85em;word-break:break-all}.verdict{padding:.8rem 1rem;border-left:.4rem solid}.equal{border-color:#1b7f3b;background:#eef8f0}
.different{border-color:#b3261e;background:#fdf0ef}.not-compared{border-color:#8a6d00;background:#fdf8e6}@media print{body{margin:0;max-width:none;font-size:12px}}`;

const verdicts: Readonly<Record<RebuildReport['verdict'], readonly [th: string, en: string]>> = {
  equal: [
    'ข้อมูลสรุปที่ใช้อยู่ตรงกับที่สร้างใหม่จากเหตุการณ์ทุกรายการ',
    'The read model in service equals the one rebuilt from every event, row by row.',
  ],
  different: [
    'ข้อมูลสรุปที่ใช้อยู่ไม่ตรงกับที่สร้างใหม่ รายการที่ต่างอยู่ด้านล่าง',
    'The read model in service differs from the rebuilt one; the rows that differ are listed below.',
  ],
  'not-compared': ['ยังไม่ได้เปรียบเทียบ', 'Not compared yet.'],
};

/** The report as a page to read and print: Thai first, English beside it. */
export function reportPage({ document: report, signature }: SignedDocument<RebuildReport>): string {
  const { comparison } = report;
  const [th, en] = verdicts[report.verdict];
  const rows: readonly (readonly [th: string, en: string, value: string])[] = [
    [
      'ข้อมูลสรุป',
      'Read model',
      `${report.view} · v${report.version} · generation ${report.generation} (${report.context})`,
    ],
    ['สถานะ', 'State', report.state],
    ['เริ่มโดย', 'Begun by', `${report.startedBy} · ${report.startedAt} (UTC)`],
    ['เปรียบเทียบเมื่อ', 'Compared at', report.verifiedAt === undefined ? '–' : `${report.verifiedAt} (UTC)`],
    [
      'สลับใช้เมื่อ',
      'In service since',
      report.switchedAt === undefined ? '–' : `${report.switchedAt} (UTC) · ${report.switchedBy ?? ''}`,
    ],
    ['เหตุการณ์ที่อ่าน', 'Events read', `${number(report.eventsTotal)} รายการ · events, ${number(report.secondsFilling)} s`],
    ['การติดตั้ง', 'Installation', report.installation],
    ...(report.expectedDifferences === undefined
      ? []
      : [['เหตุที่คาดว่าต่าง', 'Differences expected because', report.expectedDifferences] as const]),
    ...(report.problem === undefined ? [] : [['ปัญหา', 'Problem', report.problem] as const]),
  ];
  return `<!doctype html><html lang="th"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>รายงานการสร้างข้อมูลสรุปใหม่ · Rebuild report ${text(report.view)}</title><style>${style}</style>
<h1>รายงานการสร้างข้อมูลสรุปใหม่<br><small lang="en">Report of a rebuild</small></h1>
<p class="verdict ${report.verdict}"><strong>${th}</strong><br><span class="en" lang="en">${en}</span></p>
<table>${rows.map(([a, b, value]) => `<tr><th>${a}<br><small lang="en">${b}</small></th><td>${text(value)}</td></tr>`).join('')}</table>
${comparison === undefined ? '' : comparisonPart(report, comparison)}
<h2>ลายเซ็น <small lang="en">Signature</small></h2>
<p>${text(signature.algorithm)} · key <code>${text(signature.name)}+${text(signature.keyId)}</code><br><code>${text(signature.value)}</code></p>
<p class="en">ตรวจแฟ้ม JSON ของรายงานนี้ได้แบบออฟไลน์ด้วย <code>faemban verify-report</code> ·
<span lang="en">The JSON of this report can be checked offline with <code>faemban verify-report</code>.</span></p></html>`;
}

function comparisonPart(report: RebuildReport, comparison: NonNullable<RebuildReport['comparison']>): string {
  const { documents, counters, parked, differencesTotal, differences, partitions } = comparison;
  const heads = new Map<number, string>();
  for (const { context, partition, seq, chainHash } of report.complete) {
    const line = `${context} ≤ ${number(seq)} <code>${chainHash.slice(0, 16)}…</code>`;
    heads.set(partition, [heads.get(partition), line].filter(Boolean).join('<br>'));
  }
  const differing = differences
    .map(({ part, key, kind, events = [], eventsTotal = 0 }) => {
      const last = events.map(
        (one) =>
          `${text(one.context)}/${one.partition}@${one.seq} ${text(one.type)} <small>${text(one.recordedAt)}</small>`,
      );
      const more =
        eventsTotal > events.length ? `<small>… ${number(eventsTotal)} รายการ · events in all</small><br>` : '';
      return `<tr><td>${part}</td><td><code>${text(key.replaceAll('\u0001', ' · '))}</code></td><td>${kind}</td><td>${more}${last.join('<br>')}</td></tr>`;
    })
    .join('');
  const shown = partitions.map(
    (one) =>
      `<tr><td class="n">${one.partition}</td><td>${heads.get(one.partition) ?? '–'}</td><td class="n">${number(one.documents)}</td><td class="n">${number(one.counters)}</td><td class="n">${number(one.parked)}</td><td><code>${one.digest.slice(0, 16)}…</code></td></tr>`,
  );
  return `<h2>สิ่งที่เปรียบเทียบ <small lang="en">What was compared</small></h2>
<p>${number(documents)} เอกสาร · documents, ${number(counters)} ตัวนับ · counters, ${number(parked)} เหตุการณ์ที่พักไว้ · parked events (ยกเว้นจากความครบถ้วน · excepted from completeness)</p>
<p>ค่าสรุปรวม · digest of all <code>${text(report.digest ?? '')}</code></p>
${
  differencesTotal === 0
    ? ''
    : `<h2>รายการที่ต่าง ${number(differencesTotal)} <small lang="en">rows that differ${differencesTotal > differences.length ? `, the first ${differences.length}` : ''}</small></h2>
<table><tr><th>ส่วน<br><small>part</small></th><th>คีย์<br><small>key</small></th><th>ต่างอย่างไร<br><small>how</small></th><th>เหตุการณ์ที่เกี่ยวข้อง<br><small>events that explain it</small></th></tr>${differing}</table>`
}
<h2>แต่ละพาร์ทิชัน <small lang="en">Partition by partition</small></h2>
<table><tr><th class="n">#</th><th>ครบถึง<br><small>complete through (chain hash)</small></th><th class="n">เอกสาร<br><small>documents</small></th><th class="n">ตัวนับ<br><small>counters</small></th><th class="n">พัก<br><small>parked</small></th><th>ค่าสรุป<br><small>digest</small></th></tr>${shown.join('')}</table>`;
}
