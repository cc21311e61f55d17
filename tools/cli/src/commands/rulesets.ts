import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Sentence } from '../client';
import { table } from '../output';
import type { Session } from '../session';

interface Ruleset {
  readonly id: string;
  readonly version: number;
  readonly title: Sentence;
  readonly dataYears: { readonly from: number; readonly to: number };
  readonly publication?: Publication;
  readonly draft?: { readonly digest: string; readonly draftedBy: string; readonly draftedAt: string };
}

interface Publication {
  readonly digest: string;
  readonly draftedBy: string;
  readonly publishedBy: string;
  readonly publishedAt: string;
  readonly isApplied: boolean;
}

interface Count {
  readonly households: number;
  readonly persons: number;
}

interface ComparedRuleset {
  readonly key: string;
  readonly title: Sentence;
  readonly rule: Sentence;
  readonly isApplied: boolean;
}

interface Header {
  readonly one: ComparedRuleset;
  readonly other: ComparedRuleset;
  readonly asOf: string;
  readonly source: Sentence;
}

interface Comparison extends Header {
  readonly items: readonly ({ readonly area: string; readonly name: Sentence } & Readonly<
    Record<'both' | 'onlyOne' | 'onlyOther' | 'neither' | 'notComparable', Count>
  >)[];
}

interface Verdict {
  readonly isPoor: boolean;
  readonly why: Sentence;
}

interface Differing extends Header {
  readonly items: readonly {
    readonly householdId: string;
    readonly village: string;
    readonly members: number;
    readonly one: Verdict;
    readonly other: Verdict;
  }[];
  readonly next?: string;
}

/** `faemban rulesets list | draft | publish | compare`: the rules households are scored by, and what another one would say. */
export function rulesetCommands(program: Command, session: (command: Command) => Session): void {
  const rulesets = program.command('rulesets').description('เกณฑ์ความยากจน · the rules households are scored by');

  rulesets
    .command('list')
    .description('เกณฑ์ทั้งหมดและร่าง · what is published and what is proposed')
    .action(async (_options: unknown, self: Command) => {
      const { client, output } = session(self);
      const found = await client.get<{ items: Ruleset[]; drafts: Ruleset[] }>('/rulesets');
      output.print(found, ({ items, drafts }) =>
        table([...items, ...drafts].map(rowOf), ['ruleset', 'title', 'dataYears', 'state', 'by', 'at', 'digest']),
      );
    });

  rulesets
    .command('draft <file>')
    .description('เสนอร่างเกณฑ์จากแฟ้ม JSON · propose a version, from a JSON file; somebody else publishes it')
    .requiredOption('--as <operator>', 'who proposes it')
    .action(async (file: string, _options: unknown, self: Command) => {
      const { client, output } = session(self);
      const ruleset: unknown = JSON.parse(readFileSync(file, 'utf8'));
      output.print(await client.post<Ruleset>('/rulesets/drafts', { ruleset }), (drafted) => [
        ...table([rowOf(drafted)], ['ruleset', 'title', 'state', 'by', 'at']),
        `อีกคนหนึ่งประกาศด้วย · somebody else publishes it: faemban rulesets publish ${keyOf(drafted)} --digest ${drafted.draft?.digest ?? ''} --as …`,
      ]);
    });

  rulesets
    .command('publish <ruleset>')
    .description('ประกาศร่าง เช่น two-of-five/1 (ผู้ประกาศต้องไม่ใช่ผู้ร่าง) · publish a draft; never by who drafted it')
    .requiredOption('--as <operator>', 'who publishes it')
    .requiredOption('--digest <sha256>', 'of the draft that was read, as draft and list print it')
    .action(async (ruleset: string, { digest }: { digest: string }, self: Command) => {
      const { client, output } = session(self);
      const published = await client.post<Ruleset>(`/rulesets/${ruleset}/publication`, { digest });
      output.print(published, (shown) => [
        ...table([rowOf(shown)], ['ruleset', 'title', 'state', 'by', 'at']),
        'ครัวเรือนเดิมกำลังถูกประเมินตามเกณฑ์นี้ ดูที่ status · households are being scored under it; see: faemban status',
      ]);
    });

  rulesets
    .command('compare <one> <other>')
    .description('เทียบสองเกณฑ์บนข้อมูลเดียวกัน · two rulesets over the same households')
    .option('--level <level>', 'village | tambon | municipality | district | province', 'district')
    .option('--under <area>', 'area code the rows lie under', '84')
    .option('--round <round>', 'a B.E. data year', '2561')
    .option('--as-of <day>', 'valid on this day, yyyy-mm-dd')
    .option('--households', 'list the households they judge otherwise, and why')
    .option('--limit <n>', 'households at most', '50')
    .action(
      async (one: string, other: string, options: Record<string, string | boolean | undefined>, self: Command) => {
        const { client, output } = session(self);
        const query = new URLSearchParams({ one, other });
        for (const name of ['under', 'round', 'asOf', options['households'] ? 'limit' : 'level']) {
          const value = options[name];
          if (typeof value === 'string') query.set(name, value);
        }
        if (options['households']) {
          output.print(await differingOf(query, Number(options['limit']), client), householdLines);
        } else {
          output.print(await client.get<Comparison>(`/rulesets/compare?${query.toString()}`), comparisonLines);
        }
      },
    );
}

/** Pages on until there are as many as asked for, or no more. */
async function differingOf(query: URLSearchParams, limit: number, client: Session['client']): Promise<Differing> {
  let found: Differing | undefined;
  for (let after: string | undefined; ; after = found.next) {
    if (after !== undefined) query.set('after', after);
    const page = await client.get<Differing>(`/rulesets/compare/households?${query.toString()}`);
    found = { ...page, items: [...(found?.items ?? []), ...page.items].slice(0, limit) };
    if (page.next === undefined || found.items.length >= limit) return found;
  }
}

const keyOf = ({ id, version }: Ruleset): string => `${id}/${version}`;

function rowOf(ruleset: Ruleset): Record<string, unknown> {
  const { title, dataYears, publication, draft } = ruleset;
  const state = publication ? (publication.isApplied ? 'published' : 'published, scoring') : 'draft';
  return {
    ruleset: keyOf(ruleset),
    title: title.th,
    dataYears: `${dataYears.from}–${dataYears.to}`,
    state,
    by: publication ? `${publication.draftedBy} → ${publication.publishedBy}` : draft?.draftedBy,
    at: publication?.publishedAt ?? draft?.draftedAt,
    digest: publication?.digest ?? draft?.digest,
  };
}

function headerLines({ one, other, asOf, source }: Header): string[] {
  const told = (name: string, { key, title, rule, isApplied }: ComparedRuleset): string =>
    `${name} = ${key} ${title.th} · ${title.en}: ${rule.th} · ${rule.en}${isApplied ? '' : ' (ยังประเมินไม่ครบ · not all households scored yet)'}`;
  return [told('one', one), told('other', other), `as of ${asOf} · ${source.th} · ${source.en}`];
}

function comparisonLines(comparison: Comparison): string[] {
  const cells = ['both', 'onlyOne', 'onlyOther', 'neither', 'notComparable'] as const;
  const rows = comparison.items.map((item) => ({
    area: item.area,
    name: item.name.th,
    ...Object.fromEntries(
      cells.flatMap((cell) => [
        [`${cell} hh`, item[cell].households],
        [`${cell} p`, item[cell].persons],
      ]),
    ),
  }));
  const shown = cells.filter(
    (cell) => cell !== 'notComparable' || rows.some((row) => row['notComparable hh' as never]),
  );
  return [
    ...headerLines(comparison),
    ...table(rows, ['area', 'name', ...shown.flatMap((cell) => [`${cell} hh`, `${cell} p`])]),
    'hh ครัวเรือน households · p คน persons (สมาชิกของครัวเรือน members of those households)',
  ];
}

function householdLines(differing: Differing): string[] {
  return [
    ...headerLines(differing),
    ...differing.items.flatMap(({ householdId, village, members, one, other }) => [
      `${householdId}  ${village}  ${members} คน persons`,
      `    ${one.why.th}`,
      `    ${other.why.th}`,
      `    ${one.why.en} ${other.why.en}`,
    ]),
    `${differing.items.length} ครัวเรือน households${differing.next === undefined ? '' : ' (ยังมีอีก · there may be more: --limit)'}`,
  ];
}
