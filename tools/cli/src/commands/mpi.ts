import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { table } from '../output';
import type { Session } from '../session';

/** Shares from 0 to 1, counts, and the area they are of. */
interface Side {
  readonly persons: number;
  readonly poor: number;
  readonly H: number | null;
  readonly A: number | null;
  readonly M0: number | null;
}
interface AreaRow extends Side {
  readonly area: string;
  readonly name: { readonly th: string };
}
interface Identification {
  readonly kind: string;
  readonly k?: string;
  readonly kEffective?: string | null;
  readonly dimensions?: number | readonly string[];
}
interface Specification {
  readonly identification: Identification;
  readonly reachableScores: number;
}
interface Part {
  readonly key: string;
  readonly raw?: number | null;
  readonly censored?: number | null;
  readonly contributionShare: number | null;
}
interface Head {
  readonly round: number | string;
  readonly ruleset: string;
  readonly asOf: string;
  readonly unit: string;
  readonly households: number;
  readonly patterns: number;
  readonly source: { readonly th: string; readonly en: string };
  readonly sampling: { readonly th: string; readonly en: string };
  readonly completeThrough: { readonly vector: Readonly<Record<string, number>>; readonly recordedAt: string | null };
}
interface Figures extends Head {
  readonly figures: readonly {
    readonly specification: Specification;
    readonly total: AreaRow & { readonly dimensions: readonly Part[]; readonly indicators: readonly Part[] };
    readonly items: readonly AreaRow[];
  }[];
}
interface WhatIf extends Head {
  readonly path: string;
  readonly computedInMs: number;
  readonly specification: { readonly base: Specification; readonly whatIf: Specification };
  readonly agreement: Agreement | null;
  readonly total: Compared;
  readonly items: readonly Compared[];
}
interface Compared {
  readonly area: string;
  readonly name: { readonly th: string };
  readonly base: Side;
  readonly whatIf: Side;
  readonly difference: { readonly poor: number };
}
interface Agreement {
  readonly kendallTauB: number | null;
  readonly spearman: number | null;
  readonly pairs: number;
  readonly pairsKept: number;
}
interface Robustness extends Head {
  readonly areas: number;
  readonly specification: Specification;
  readonly reachable: { readonly count: number };
  readonly cutoffs: readonly (Side & { readonly k: string; readonly agreement: Agreement })[];
  readonly schemes: readonly (Side & { readonly scheme: string; readonly agreement: Agreement })[];
  readonly dominance: { readonly pairs: number; readonly decided: number } | null;
  readonly associations: readonly {
    readonly indicators: readonly number[];
    readonly both: number;
    readonly cramersV: number | null;
    readonly overlap: number | null;
  }[];
}
interface Changes extends Head {
  readonly years: number;
  readonly pathways: Readonly<Record<string, unknown>>;
  readonly total: ChangeRow;
  readonly items: readonly ChangeRow[];
}
interface ChangeRow {
  readonly area: string;
  readonly name: { readonly th: string };
  readonly from: Side;
  readonly to: Side;
  readonly shapley: { readonly incidence: number; readonly intensity: number } | null;
}
type Options = Readonly<Record<string, string | boolean | readonly Threshold[] | undefined>>;
interface Threshold {
  readonly indicator: number;
  readonly min: number;
}

/** `faemban mpi figures | what-if | robustness | changes`: Alkire-Foster figures of the province's own scores. */
export function mpiCommands(program: Command, session: (command: Command) => Session): void {
  const mpi = program.command('mpi').description('ความยากจนหลายมิติ (Alkire-Foster) · multidimensional poverty');

  asked(mpi.command('figures').description('ตัวเลขรายพื้นที่ H A M0 · figures by area'))
    .option('--k <cutoffs>', 'cut-offs such as 1/3,26%; without it, as the ruleset identifies')
    .option('--weights <weights>', 'weights of dimensions such as health:1/2; the others share the rest')
    .option('--gaps', 'with M1 and M2 of income (JSON)')
    .action(async (options: Options, self: Command) => {
      const { client, output } = session(self);
      const path = `/mpi/figures?${queryOf(options, ['k', 'weights'])}${options['gaps'] ? '&gaps=true' : ''}`;
      output.print(await client.get<Figures>(path), (answer) => [
        ...answer.figures.flatMap(({ specification, total, items }) => [
          identified(specification),
          ...table([...items, { ...total, area: 'รวม total' }].map(shownArea), areaColumns),
          'ส่วนของมิติใน M0 · dimensions, % of M0: ' +
            total.dimensions
              .map(({ key, contributionShare }) => `${key} ${percent(contributionShare) ?? '–'}`)
              .join(' · '),
          '',
        ]),
        ...headLines(answer),
      ]);
    });

  asked(mpi.command('what-if').description('ถ้าเปลี่ยนเกณฑ์ · what the figures would be under another specification'))
    .option('--k <cutoff>', 'cut-off such as 1/3 or 26%')
    .option('--weights <weights>', 'weights of dimensions such as health:1/2; the others share the rest')
    .option('--any', 'poor by any dimension')
    .option('--at-least <n>', 'poor by at least n dimensions')
    .option('--all-of <dimensions>', 'poor by all of these dimensions, such as income,living')
    .option('--threshold <indicator=min>', 'another line for an indicator with a figure, such as 22=40000', collect, [])
    .option('--missing <policy>', 'listwise | notDeprived | reweight')
    .option('--not-applicable <policy>', 'notDeprived | reweight')
    .option('--change <file>', 'the whole change as JSON (see POST /mpi/what-if)')
    .action(async (options: Options, self: Command) => {
      const { client, output } = session(self);
      const { level, under, round, ruleset, asOf, unit } = options;
      const body = {
        ...given({ level, under, ruleset, asOf, unit }),
        round: round === 'current' ? round : Number(round),
        change: changeOf(options),
      };
      output.print(await client.post<WhatIf>('/mpi/what-if', body), (answer) => [
        `เกณฑ์เดิม · as it is: ${identified(answer.specification.base)}`,
        `ถ้าเปลี่ยน · what if: ${identified(answer.specification.whatIf)}`,
        ...table([...answer.items, { ...answer.total, area: 'รวม total' }].map(shownComparison), [
          'area',
          'name',
          'persons',
          'poor',
          'poor if',
          'change',
          'M0 %',
          'M0 % if',
        ]),
        `computed in ${answer.computedInMs} ms over ${answer.path}${answer.agreement ? ` · ${agreement(answer.agreement)}` : ''}`,
        ...headLines(answer),
      ]);
    });

  asked(mpi.command('robustness').description('ความทนทานของอันดับ · how far rankings hang on cut-off and weights'))
    .option('--k <cutoff>', 'cut-off such as 1/3; without it, as the ruleset identifies')
    .option('--weights <weights>', 'weights of dimensions to compare with')
    .action(async (options: Options, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.get<Robustness>(`/mpi/robustness?${queryOf(options, ['k', 'weights'])}`), (answer) => [
        `${answer.areas} areas · ${identified(answer.specification)}`,
        'อันดับเมื่อเปลี่ยนจุดตัด · over cut-offs, against the ranking above by M0:',
        ...table(answer.cutoffs.map(shownRobust), ['k', ...robustColumns]),
        'อันดับเมื่อเปลี่ยนน้ำหนัก · over weights:',
        ...table(answer.schemes.map(shownRobust), ['scheme', ...robustColumns]),
        answer.dominance === null
          ? 'dominance is not asked where weights are re-spread by household'
          : `คู่พื้นที่ที่ลำดับไม่ขึ้นกับจุดตัด · pairs whose order holds for every cut-off: ${answer.dominance.decided} of ${answer.dominance.pairs}`,
        'ตัวชี้วัดที่ซ้อนกัน · indicators that overlap most:',
        ...table(
          answer.associations.slice(0, 8).map(({ indicators, both, cramersV, overlap }) => ({
            indicators: indicators.join(' + '),
            both,
            'overlap R0': overlap,
            "Cramér's V": cramersV,
          })),
          ['indicators', 'both', 'overlap R0', "Cramér's V"],
        ),
        ...headLines(answer),
      ]);
    });

  asked(mpi.command('changes').description('การเปลี่ยนแปลงระหว่างสองรอบหรือสองวัน · between two rounds or two days'), false)
    .option('--from <round>', 'the earlier round')
    .option('--to <round>', 'the later round')
    .option('--round <round>', "with days: a B.E. data year, or 'current'")
    .option('--from-day <day>', 'the earlier day, yyyy-mm-dd')
    .option('--to-day <day>', 'the later day')
    .option('--k <cutoff>', 'cut-off such as 1/3; without it, as the ruleset identifies')
    .action(async (options: Options, self: Command) => {
      const { client, output } = session(self);
      const path = `/mpi/changes?${queryOf(options, ['from', 'to', 'fromDay', 'toDay', 'k'])}`;
      output.print(await client.get<Changes>(path), (answer) => [
        ...table([...answer.items, { ...answer.total, area: 'รวม total' }].map(shownChange), [
          'area',
          'name',
          'poor before',
          'poor after',
          'M0 % before',
          'M0 % after',
          'incidence',
          'intensity',
        ]),
        `ครัวเรือนเดิม · the same households: ${JSON.stringify({ ...answer.pathways, unit: undefined })}`,
        ...headLines(answer),
      ]);
    });
}

const areaColumns = ['area', 'name', 'persons', 'poor', 'H %', 'A %', 'M0 %'];
const robustColumns = ['poor', 'H %', 'M0 %', 'tau-b', 'Spearman', 'pairs kept %'];

function asked(command: Command, withRound = true): Command {
  command
    .option('--level <level>', 'village | tambon | municipality | district | province', 'district')
    .option('--under <area>', 'area code the rows lie under', '84')
    .option('--ruleset <id>', 'whose indicators and identification; without it, the newest for the round')
    .option('--as-of <day>', 'valid on this day, yyyy-mm-dd')
    .option('--unit <unit>', 'persons | households', 'persons');
  return withRound ? command.option('--round <round>', "a B.E. data year, or 'current'", '2561') : command;
}

function queryOf(options: Options, names: readonly string[]): string {
  const query = new URLSearchParams();
  for (const name of ['level', 'under', 'round', 'ruleset', 'asOf', 'unit', ...names]) {
    const value = options[name];
    if (typeof value === 'string') query.set(name, value);
  }
  return query.toString();
}

function changeOf(options: Options): unknown {
  const { change, k, weights, any, atLeast, allOf, missing, notApplicable } = options;
  if (typeof change === 'string') return JSON.parse(readFileSync(change, 'utf8'));
  const identification = any
    ? { kind: 'any' }
    : typeof atLeast === 'string'
      ? { kind: 'atLeast', dimensions: Number(atLeast) }
      : typeof allOf === 'string'
        ? { kind: 'namedSet', dimensions: allOf.split(',') }
        : undefined;
  const thresholds = options['threshold'] as readonly Threshold[];
  return given({
    k,
    weights:
      typeof weights === 'string' ? Object.fromEntries(weights.split(',').map((pair) => pair.split(':'))) : undefined,
    identification,
    thresholds: thresholds.length > 0 ? thresholds : undefined,
    missing,
    notApplicable,
  });
}

function collect(text: string, before: readonly Threshold[]): readonly Threshold[] {
  const [indicator = Number.NaN, min = Number.NaN] = text.split('=').map(Number);
  if (Number.isNaN(indicator) || Number.isNaN(min)) throw new InvalidArgumentError('such as 22=40000');
  return [...before, { indicator, min }];
}

function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function identified({ identification, reachableScores }: Specification): string {
  const { kind, k, kEffective, dimensions } = identification;
  if (kind !== 'weighted') return `${kind}${dimensions === undefined ? '' : ` ${String(dimensions)}`}`;
  const meant = kEffective === k ? '' : ` (หมายถึงคะแนน ${kEffective ?? '–'} · means a score of ${kEffective ?? '–'})`;
  return `k = ${k}${meant} · ${reachableScores} reachable scores`;
}

function headLines({
  round,
  ruleset,
  asOf,
  unit,
  households,
  patterns,
  source,
  sampling,
  completeThrough,
}: Head): string[] {
  const events = Object.values(completeThrough.vector).reduce((sum, seq) => sum + seq, 0);
  return [
    `round ${round} · ruleset ${ruleset} · as of ${asOf} · counted in ${unit} · ${households.toLocaleString('en-US')} households in ${patterns.toLocaleString('en-US')} patterns`,
    `ครบถ้วนถึง · complete through ${events.toLocaleString('en-US')} events, the last recorded at ${completeThrough.recordedAt ?? '–'}`,
    `ที่มา: ${source.th} · ${sampling.th}`,
    `source: ${source.en} · ${sampling.en}`,
  ];
}

function shownArea({ area, name, persons, poor, H, A, M0 }: AreaRow): Record<string, unknown> {
  return { area, name: name.th, persons, poor, 'H %': percent(H), 'A %': percent(A), 'M0 %': percent(M0) };
}

function shownComparison({ area, name, base, whatIf, difference }: Compared): Record<string, unknown> {
  return {
    area,
    name: name.th,
    persons: whatIf.persons,
    poor: base.poor,
    'poor if': whatIf.poor,
    change: difference.poor,
    'M0 %': percent(base.M0),
    'M0 % if': percent(whatIf.M0),
  };
}

function shownChange({ area, name, from, to, shapley }: ChangeRow): Record<string, unknown> {
  return {
    area,
    name: name.th,
    'poor before': from.poor,
    'poor after': to.poor,
    'M0 % before': percent(from.M0),
    'M0 % after': percent(to.M0),
    incidence: percent(shapley?.incidence ?? null),
    intensity: percent(shapley?.intensity ?? null),
  };
}

function shownRobust(row: Side & { readonly k?: string; readonly scheme?: string; readonly agreement: Agreement }) {
  const { pairs, pairsKept, kendallTauB, spearman } = row.agreement;
  return {
    k: row.k,
    scheme: row.scheme,
    poor: row.poor,
    'H %': percent(row.H),
    'M0 %': percent(row.M0),
    'tau-b': kendallTauB,
    Spearman: spearman,
    'pairs kept %': pairs === 0 ? undefined : (100 * pairsKept) / pairs,
  };
}

function agreement({ kendallTauB, pairs, pairsKept }: Agreement): string {
  return `order of areas: tau-b ${kendallTauB?.toFixed(3) ?? '–'}, ${pairsKept} of ${pairs} pairs kept`;
}

function percent(share: number | null): number | undefined {
  return share === null ? undefined : Math.round(share * 1e6) / 1e4;
}
