import type { ServerStatus, Stopped } from '@faemban/nest-kit';

/** What `--help` prints. */
export const usage = `npm start -- [--port N] [--data DIR] [--province] [--tpmap DIR] [--empty]

Starts the whole system in one process, on this machine only. An empty data folder is filled with a demo district.

  --port N      port to listen on (8420; 0 takes any free one)
  --data DIR    folder of all its files (.data)
  --province    fill an empty folder with the whole province of Surat Thani; needs TPMAP's published files
  --tpmap DIR   folder of TPMAP's published files (tpmap-2561 below FAEMBAN_TEST_DATA)
  --empty       start without demo data
  --help        this text

Everything else is set by environment: FAEMBAN_PORT, FAEMBAN_DATA_DIR, FAEMBAN_DRAIN_MS_MAX, FAEMBAN_LOG_LEVEL.`;

/** What the installation holds, one line per context that has something. */
export function holdings(status: ServerStatus): string[] {
  const lines = status.contexts
    .filter(({ events }) => events > 0)
    .map(({ context, events }) => `${events.toLocaleString('en')} events of ${context}`);
  return lines.length > 0 ? lines : ['ยังไม่มีข้อมูล · empty'];
}

/** How the stop went, in a line. */
export function stoppedLine(stopped: Stopped): string {
  if (stopped === 'drained') return '  หยุดเรียบร้อย · stopped, nothing left undone';
  if (stopped === 'cut') return '  หยุดแล้ว ตัดการเชื่อมต่อที่ค้างอยู่ · stopped; connections still open at the limit were cut';
  return '  หยุดก่อนงานเสร็จ จะทำต่อเมื่อเริ่มใหม่ · stopped before all work was done; the next start goes on with it';
}
