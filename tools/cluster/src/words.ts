import type { BannerOptions } from '@faemban/demo';
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

/** What there is of the distributed profile besides what every system has, for the banner. */
export function factsOf({ kafka, mongo, all }: Cluster): BannerOptions['facts'] {
  const processes = all.map(({ name, url, pid }) => `${name.padEnd(24)} ${url}   pid ${pid ?? '-'}`);
  return [
    ['Kafka', `${kafka.brokers.join(',')} (${kafka.source})   a topic a context: faemban.ingestion.events.v1, …`],
    ['database', `${mongo.url} (${mongo.name}, ${mongo.source})`],
    ['processes', ...processes],
  ];
}

/** What to try of it. */
export const triesOf = (url: string): readonly string[] => [
  `npm run faemban -- --url ${url} rebuild --all --as malee`,
  'kill -9 <pid>   ปิดกระบวนการหนึ่งตัวดู · what the others do; a killed process is started again after five seconds',
];
