import type { Cluster } from './cluster';

/** What `--help` prints. */
export const usage = `npm run cluster -- [--port N] [--instances N] [--brokers 1|3] [--province] [--tpmap DIR] [--empty] [--install-servers]

Starts the distributed profile on this machine, to look at, without a container engine: a Kafka, a server of MongoDB's protocol, every
service in processes of its own, and one front door, filled with a demo district. Everything it holds is gone when it stops.

  --port N           port of the front door (8420)
  --instances N      processes of each service, 1 to 5 (1)
  --brokers N        nodes of Kafka, 1 or 3 (1)
  --province         the whole province of Surat Thani, an hour; needs TPMAP's published files
  --tpmap DIR        folder of TPMAP's published files (tpmap-2561 below FAEMBAN_TEST_DATA)
  --empty            start without demo data
  --install-servers  put Kafka and the database server into the cache first, where they are missing
  --help             this text

KAFKA_BROKERS and MONGODB_URL name servers that run already. To keep data, see docs/guides/deploying-with-compose.md.`;

/** What a person needs after the start: addresses, servers, processes, and how to stop. */
export function bannerOf({ url, kafka, mongo, all }: Cluster, readyInMs: number): readonly string[] {
  const processes = all.map(({ name, url: address, pid }) => `${name.padEnd(24)} ${address}   pid ${pid ?? '-'}`);
  return [
    '',
    `  แฟ้มบ้าน Faemban  ${url}    (พร้อมใน ${(readyInMs / 1000).toFixed(1)} วินาที · ready)`,
    '',
    `  routes     ${url}/docs`,
    `  figures    ${url}/figures?level=tambon&under=84&round=2561&ruleset=tpmap-2561`,
    `  health     ${url}/health/ready   ${url}/status`,
    `  Kafka      ${kafka.brokers.join(',')} (${kafka.source})   one topic a context: faemban.ingestion, …`,
    `  database   ${mongo.url} (${mongo.name}, ${mongo.source})`,
    ...processes.map((line, at) => `  ${at === 0 ? 'processes' : '         '}  ${line}`),
    '',
    '  ผู้ปฏิบัติงานสาธิต · demo operators: somchai (นำเข้า uploads), malee (อนุมัติ approves); no passwords, this machine only',
    '',
    '  ลองดู · try',
    `    npm run faemban -- --url ${url} report --level tambon --under 8417`,
    `    npm run faemban -- --url ${url} status`,
    `    npm run faemban -- --url ${url} rebuild --all --as malee`,
    '    kill -9 <pid>   ปิดเครื่องบริการหนึ่งตัวดู · what the others do; a killed process is started again after five seconds',
    '',
    '  Ctrl-C หยุดและลบทั้งหมด · stops and removes everything',
    '',
  ];
}
