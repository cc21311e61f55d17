import type { Command } from 'commander';
import { table } from '../output';
import type { Session } from '../session';

interface Mapping {
  readonly mappingId: string;
  readonly target?: string;
  readonly proposed?: { readonly target: string; readonly by: string };
}

interface Waiting {
  readonly source: string;
  readonly kind: string;
  readonly reason: string;
  readonly area: string | null;
}
type WaitingCount = Waiting & {
  readonly rows: number;
  readonly imports: number;
  readonly oldestSince: string;
  readonly mapping?: Mapping;
};
type WaitingRow = Waiting & {
  readonly importId: string;
  readonly round: number;
  readonly part: string;
  readonly row: number;
  readonly since: string;
};

interface Filter {
  readonly kind?: string;
  readonly source?: string;
  readonly area?: string;
}

/** `faemban reviews`, `faemban area-map`: what waits for somebody to look at it, and what unknown area codes stand for. */
export function queueCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('reviews')
    .description('รายการรอตรวจสอบ · what of all imports waits for somebody to look at it, by cause and area code')
    .option('--kind <kind>', 'area or person')
    .option('--source <key>', 'the feed')
    .option('--area <digits>', 'the first digits of the area code')
    .option('--rows', 'row by row')
    .option('--limit <n>', 'rows at most', '50')
    .action(async ({ rows, limit, ...filter }: Filter & { rows?: boolean; limit: string }, self: Command) => {
      const { client, output } = session(self);
      const query = new URLSearchParams({ ...filter });
      if (rows) {
        query.set('limit', limit);
        output.print(await client.get<{ items: WaitingRow[] }>(`/reviews?${query}`), ({ items }) =>
          table(
            items.map((item) => ({
              ...item,
              row: String(item.row),
              round: String(item.round),
              area: item.area ?? '–',
            })),
            ['importId', 'source', 'round', 'part', 'row', 'reason', 'area', 'since'],
          ),
        );
      } else {
        output.print(await client.get<{ items: WaitingCount[] }>(`/reviews/counts?${query}`), countLines);
      }
    });

  const group = program
    .command('area-map')
    .description('เทียบรหัสพื้นที่ที่ไม่รู้จัก · say what an unknown area code stands for; another operator approves');
  group
    .command('propose <sourceCode> <target>')
    .description('เสนอ · propose a known village (10 digits), tambon or municipality (6 digits)')
    .option('--source <key>', 'the feed', 'cdd-bmn')
    .requiredOption('--as <operator>', 'who proposes')
    .action(async (sourceCode: string, target: string, { source }: { source: string }, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.post<Mapping>('/area-mappings', { source, sourceCode, target }), mappingLines);
    });
  group
    .command('approve <mappingId> <target>')
    .description('อนุมัติ (ต้องไม่ใช่ผู้เสนอ) · approve; households that wait for the code are then recorded')
    .requiredOption('--as <operator>', 'who approves')
    .action(async (mappingId: string, target: string, _options: object, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.post<Mapping>(`/area-mappings/${mappingId}/approval`, { target }), mappingLines);
    });
  group
    .command('decline <mappingId>')
    .description('ไม่อนุมัติ · turn a proposal away')
    .requiredOption('--as <operator>', 'who declines')
    .action(async (mappingId: string, _options: object, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.post<Mapping>(`/area-mappings/${mappingId}/refusal`), mappingLines);
    });
}

function countLines({ items }: { readonly items: readonly WaitingCount[] }): string[] {
  if (items.length === 0) return ['ไม่มีรายการรอตรวจสอบ · nothing waits'];
  const shown = items.map((item) => ({
    ...item,
    rows: item.rows.toLocaleString('en-US'),
    area: item.area ?? '–',
    mapping: item.mapping ? mappingText(item.mapping) : '–',
  }));
  return table(shown, ['source', 'kind', 'reason', 'area', 'rows', 'oldestSince', 'mapping']);
}

function mappingText({ mappingId, target, proposed }: Mapping): string {
  if (proposed) return `proposed ${proposed.target} by ${proposed.by} (${mappingId})`;
  return target ?? 'none';
}

function mappingLines(mapping: Mapping): string[] {
  const { mappingId, target, proposed } = mapping;
  const lines = [`mapping   ${mappingId}`, `approved  ${target ?? '–'}`];
  if (proposed) {
    lines.push(`proposed  ${proposed.target} by ${proposed.by}`);
    lines.push(`next      faemban area-map approve ${mappingId} ${proposed.target} --as <another operator>`);
  }
  return lines;
}
