import { textOf } from '../tree';

/** One instruction: its word, and the rest with lines laid together. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** One `FROM` and what follows it. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Where the image's recipe is, from the root. */
export const dockerfilePath = 'deploy/Dockerfile';

/** The stages of a Dockerfile's text, in order. */
export function stagesOf(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [base = '', , name] = rest.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    } else stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

/** The stages of the image. */
export const stages = (): readonly Stage[] => stagesOf(textOf(dockerfilePath));
