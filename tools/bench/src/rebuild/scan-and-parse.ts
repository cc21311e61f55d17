import Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';

const pageRows = 2_000;

/** The floor of a rebuild: every event of these contexts read from the file, in pages, and parsed. */
export function scanAndParse(
  eventsFile: string,
  contexts: readonly ContextName[],
): { events: number; seconds: number } {
  const db = new Database(eventsFile, { readonly: true });
  try {
    const topics = db
      .prepare<[], [number, string]>('SELECT topic, name FROM contexts')
      .raw()
      .all()
      .filter(([, name]) => contexts.some((context) => context === name))
      .map(([topic]) => topic);
    const ranges = db
      .prepare<[], [number, number, number]>(
        'SELECT topic, min(place), max(place) FROM events JOIN streams USING (stream_no) GROUP BY topic, streams.partition',
      )
      .raw()
      .all()
      .filter(([topic]) => topics.includes(topic));
    const page = db
      .prepare<[number, number, number], [number, string, string]>(
        'SELECT place, envelope, body FROM events WHERE place > ? AND place <= ? ORDER BY place LIMIT ?',
      )
      .raw();
    let events = 0;
    const begun = performance.now();
    for (const [, first, last] of ranges) {
      for (let after = first - 1; after < last;) {
        const rows = page.all(after, last, pageRows);
        for (const [place, envelope, body] of rows) {
          JSON.parse(envelope);
          JSON.parse(body);
          after = place;
        }
        events += rows.length;
      }
    }
    return { events, seconds: (performance.now() - begun) / 1000 };
  } finally {
    db.close();
  }
}
