import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Progress, uploadImport } from '@faemban/cli';
import { generateFromFigures, generatePopulation } from '@faemban/population';

/** What a demo fills an empty installation with: Phunphin district (22,724 households), or the whole of Surat Thani (205,120). */
export type DemoExtent = 'district' | 'province';

/** What to load into an empty installation, and from which figures. */
export interface DemoOptions {
  /** The address of the running system. */
  readonly url: string;
  readonly what: DemoExtent;
  /** The folder of TPMAP's published files, where there is one. */
  readonly tpmap: string | undefined;
  readonly say: (line: string) => void;
  /** Waits until figures show what was imported. */
  readonly settled: () => Promise<void>;
}

const province = '84';
const district = '8417';
/** The demo's data year, and the operators that stand in until accounts exist: who uploads, who approves. */
const round = 2561;
const uploader = 'somchai';
const approver = 'malee';
const seed = 2561;

/**
 * Makes a population that fits the published figures and imports it by the ordinary way: upload, validation, approval by another operator.
 * @throws Error when the whole province is asked for without TPMAP's published files
 */
export async function loadDemo(options: DemoOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-demo-'));
  const progress = new Progress(process.stderr.isTTY);
  try {
    options.say(`สร้างข้อมูลสาธิตให้ตรงกับสถิติ TPMAP ปี ${round} · making demo data that fit TPMAP's figures of ${round}`);
    await generate(options, folder);
    const imports: { kind: string; source: string; files: Record<string, string> }[] = [
      {
        kind: 'bmn-survey',
        source: 'cdd-bmn',
        files: { households: join(folder, 'households.csv'), members: join(folder, 'members.csv') },
      },
      { kind: 'welfare-register', source: 'mof-welfare', files: { register: join(folder, 'register.csv') } },
    ];
    for (const { kind, source, files } of imports) {
      options.say(`นำเข้า ${kind} โดย ${uploader} อนุมัติโดย ${approver} · importing ${kind}, approved by ${approver}`);
      const { importId, state } = await uploadImport(
        new Client({ url: options.url, operator: uploader }),
        { kind, source, round, files },
        { progress },
      );
      if (state !== 'applied') {
        const client = new Client({ url: options.url, operator: approver });
        // An earlier start may have come as far as the approval.
        if (state === 'validated') await client.post(`/imports/${importId}/approval`);
        await client.waitForImport(
          importId,
          (status) => status.state === 'applied',
          (status) => progress.ofImport(status),
        );
      }
      progress.close();
    }
    options.say('ประเมินและสรุปตัวเลข · scoring and counting');
    await options.settled();
  } finally {
    progress.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function generate({ what, tpmap }: DemoOptions, out: string): Promise<void> {
  if (tpmap !== undefined && existsSync(tpmap)) {
    await generatePopulation({ tpmap, province, ...(what === 'district' ? { district } : {}), out, seed });
  } else if (what === 'province') {
    throw new Error(
      'ต้องมีแฟ้มสถิติ TPMAP ของจังหวัด ระบุด้วย --tpmap DIR หรือเริ่มโดยไม่ใส่ --province · The whole province needs TPMAP’s published files: name their folder with --tpmap DIR, or start without --province for a district.',
    );
  } else {
    await generateFromFigures({ district, out, seed });
  }
}

/** TPMAP's published files, where there are any: the folder named, or the one beside the test data. */
export function tpmapFolder(named: string | undefined): string | undefined {
  const folder = named ?? join(process.env['FAEMBAN_TEST_DATA'] ?? '../shared/data', 'tpmap-2561');
  return existsSync(folder) ? folder : named;
}
