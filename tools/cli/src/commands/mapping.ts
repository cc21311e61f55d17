import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from '../client';
import { table } from '../output';
import type { Session } from '../session';

/** How the files of an import are read: by a mapping in a file, which is remembered for its source, or by one that is remembered. */
export interface MappingChoice {
  readonly map?: Readonly<Record<string, unknown>>;
  readonly mapping?: string;
}

interface Remembered {
  readonly name: string;
  readonly source: string;
  readonly kind: string;
  readonly part: string;
  readonly rememberedBy: string;
  readonly rememberedAt: string;
}

/** Adds the options of a {@link MappingChoice} to a command. */
export function mappingOptions(command: Command): Command {
  return command
    .option('--map <file>', 'JSON: for each part, which column of the file is which of the form; remembered', mapOf)
    .option('--mapping <name>', 'a remembered mapping, such as mof-welfare-welfare-register/v1');
}

function mapOf(file: string): Readonly<Record<string, unknown>> {
  try {
    const map = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    if (typeof map === 'object' && map !== null && !Array.isArray(map)) return map as Record<string, unknown>;
  } catch (error) {
    throw new InvalidArgumentError(`${file}: ${(error as Error).message}`);
  }
  throw new InvalidArgumentError(`${file} holds no JSON object whose keys are parts such as "register".`);
}

/** Remembers the mapping of the choice, if there is one, and has the import read by it. */
export async function applyMapping(
  client: Client,
  { importId, kind, source, choice = {} }: { importId: string; kind: string; source: string; choice?: MappingChoice },
): Promise<void> {
  let name = choice.mapping;
  for (const [part, mapping] of Object.entries(choice.map ?? {})) {
    const path = `/import-mappings/${encodeURIComponent(source)}/${kind}/${encodeURIComponent(part)}`;
    name = (await client.put<Remembered>(path, mapping)).name;
  }
  if (name !== undefined) await client.put(`/imports/${importId}/mapping`, { mapping: name });
}

/** What to do about a header that a remembered mapping of its source reads; nothing where none is proposed. */
export async function proposalLines(client: Client, importId: string): Promise<readonly string[]> {
  const { proposed } = await client.get<{ proposed: string | null }>(`/imports/${importId}/mapping`);
  return proposed === null
    ? []
    : [`mapping   หัวคอลัมน์ตรงกับการจับคู่ที่จำไว้ · a remembered mapping fits: upload again with --mapping ${proposed}`];
}

/** `faemban mappings`: how each source's files are read. */
export function mappingsCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('mappings')
    .description('การจับคู่คอลัมน์ที่จำไว้ · the remembered mappings of columns, by source')
    .action(async (_options: object, self: Command) => {
      const { client, output } = session(self);
      const list = await client.get<{ items: Remembered[] }>('/import-mappings');
      output.print(list, ({ items }) =>
        items.length === 0
          ? ['ยังไม่มีการจับคู่ที่จำไว้ · none is remembered yet']
          : table(
              items.map((item) => ({ ...item })),
              ['name', 'part', 'rememberedBy', 'rememberedAt'],
            ),
      );
    });
}
