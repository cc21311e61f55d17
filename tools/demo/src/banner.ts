/** What a started system is presented with. */
export interface BannerOptions {
  readonly url: string;
  readonly readyInMs: number;
  /** What there is besides the addresses that every system has: a word and its lines. */
  readonly facts: readonly (readonly [word: string, ...lines: readonly string[]])[];
  /** More to try, a line each. */
  readonly tries?: readonly string[];
  /** What stopping does, in Thai and English. */
  readonly stops: string;
}

const usualPort = '8420';
const column = 11;

/** What a person needs after the start: addresses, what there is, a few things to try, and how to stop. */
export function bannerOf({ url, readyInMs, facts, tries = [], stops }: BannerOptions): readonly string[] {
  const address = new URL(url).port === usualPort ? '' : ` --url ${url}`;
  const lined = ([word, ...lines]: BannerOptions['facts'][number]): readonly string[] =>
    lines.map((line, at) => `  ${(at === 0 ? word : '').padEnd(column)}${line}`.trimEnd());
  return [
    '',
    `  แฟ้มบ้าน Faemban  ${url}    (พร้อมใน ${(readyInMs / 1000).toFixed(1)} วินาที · ready)`,
    '',
    ...lined(['routes', `${url}/docs`]),
    ...lined(['figures', `${url}/figures?level=tambon&under=84&round=2561&ruleset=tpmap-2561`]),
    ...lined(['health', `${url}/health/ready   ${url}/metrics   ${url}/status`]),
    ...facts.flatMap(lined),
    '',
    '  ผู้ปฏิบัติงานสาธิต · demo operators: somchai (นำเข้า uploads), malee (อนุมัติ approves); no passwords, this machine only',
    '',
    '  ลองดู · try',
    `    npm run faemban --${address} report --level tambon --under 8417`,
    `    npm run faemban --${address} status`,
    ...tries.map((line) => `    ${line}`),
    '',
    `  Ctrl-C ${stops}`,
    '',
  ];
}
