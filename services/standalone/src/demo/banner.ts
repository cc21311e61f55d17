/** What a person needs after the start: addresses, what is in it, three things to try, and how to stop. */
export function bannerOf({
  url,
  dataDir,
  contents,
  readyInMs,
}: {
  readonly url: string;
  readonly dataDir: string;
  /** Lines saying what the installation holds. */
  readonly contents: readonly string[];
  readonly readyInMs: number;
}): string[] {
  const { port } = new URL(url);
  const address = port === '8420' ? '' : ` --url ${url}`;
  return [
    '',
    `  แฟ้มบ้าน Faemban  ${url}    (พร้อมใน ${(readyInMs / 1000).toFixed(1)} วินาที · ready)`,
    '',
    `  routes   ${url}/docs`,
    `  figures  ${url}/figures?level=tambon&under=84&round=2561&ruleset=tpmap-2561`,
    `  health   ${url}/health/ready   ${url}/metrics   ${url}/status`,
    `  data     ${dataDir}`,
    ...contents.map((line) => `           ${line}`),
    '',
    '  ผู้ปฏิบัติงานสาธิต · demo operators: somchai (นำเข้า uploads), malee (อนุมัติ approves); no passwords, this machine only',
    '',
    '  ลองดู · try',
    `    npm run faemban --${address} report --level tambon --under 8417`,
    `    npm run faemban --${address} status`,
    `    npm run faemban --${address} import survey --help`,
    '',
    '  Ctrl-C หยุดโดยเก็บงานที่ค้างให้เสร็จ · stops in order',
    '',
  ];
}
