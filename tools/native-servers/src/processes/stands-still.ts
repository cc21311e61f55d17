import { readdirSync, readFileSync } from 'node:fs';

/** Letters of proc(5): stopped, traced, and what is left of a thread that has ended. */
const still = 'TtZX';

/**
 * Whether a process that was sent `SIGSTOP` stands still. The signal reaches a busy thread a while after it was sent, and till then the
 * thread goes on answering. Where there is no `/proc` to ask (macOS) it is taken to stand still, as is one that has ended.
 */
export function standsStill(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  const ids = ifThere(() => readdirSync(threads)) ?? [];
  return ids.every((id) => {
    const stat = ifThere(() => readFileSync(`${threads}/${id}/stat`, 'utf8'));
    // The letter follows the name, which is in parentheses and may hold some itself.
    return stat === undefined || still.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  });
}

/** What was read; `undefined` where the process or thread is gone. */
function ifThere<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
