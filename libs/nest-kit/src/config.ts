import type { Sentence } from '@faemban/event-sourcing';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { issueSentence, type Issue } from './http/input-errors';

/** A server that cannot start as configured, said in a plain sentence. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  constructor(
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(sentence.en, options);
  }
}

/** The variable a configuration field is read from: `dataDir` under `FAEMBAN_` is `FAEMBAN_DATA_DIR`. */
export function variableOf(field: string, prefix = 'FAEMBAN_'): string {
  return prefix + field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** A value given otherwise than by a variable, and what people call the way it was given, e.g. `--port`. */
export interface Given {
  readonly value: unknown;
  readonly from: string;
}

/**
 * Reads a flat configuration out of the environment: each field of the schema from its variable, empty ones as absent, `given` before both.
 * @throws StartRefused naming everything that does not parse, by where it came from; values are not repeated.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, Given>> = {},
): z.infer<z.ZodObject<Shape>> {
  const values: Record<string, unknown> = {};
  for (const field of Object.keys(schema.shape)) {
    const value = given[field]?.value ?? environment[variableOf(field)];
    if (value !== undefined && value !== '') values[field] = value;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0] ?? '');
    const name = given[field]?.value === undefined ? variableOf(field) : given[field].from;
    const { th, en } = issueSentence(issue as Issue);
    return { th: `${name} ${th}`, en: `${name}: ${en}` };
  });
  throw new StartRefused({
    th: `ค่าที่ตั้งไว้ใช้ไม่ได้: ${wrong.map(({ th }) => th).join('; ')}`,
    en: `The configuration is not usable. ${wrong.map(({ en }) => en).join(' ')}`,
  });
}

/**
 * The environment with these variables filled from files where it names some: `X_FILE` is the path of a file that holds the value of `X`,
 * without the line's end. A value given itself is left as it is.
 * @throws StartRefused naming every file that cannot be read
 */
export function readSecretFiles(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string | undefined> {
  const filled = { ...environment };
  const unreadable: { readonly name: string; readonly code: string; readonly cause: unknown }[] = [];
  for (const name of names) {
    const file = environment[`${name}_FILE`];
    if (file === undefined || file === '' || (environment[name] ?? '') !== '') continue;
    try {
      filled[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (cause) {
      unreadable.push({ name, code: (cause as NodeJS.ErrnoException).code ?? 'unreadable', cause });
    }
  }
  const [first] = unreadable;
  if (first === undefined) return filled;
  const each = unreadable.map(({ name, code }) => `${name}_FILE (${code})`).join(', ');
  throw new StartRefused(
    {
      th: `อ่านไฟล์ที่ระบุไม่ได้: ${each} ตรวจที่อยู่และสิทธิ์ของไฟล์`,
      en: `These files cannot be read: ${each}. Check where each is and who may read it.`,
    },
    { cause: first.cause },
  );
}
