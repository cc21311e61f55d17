import fc from 'fast-check';
import { textPieces } from '../files/text-pieces.file';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';
import { HouseholdRows } from './bmn-household';
import { MemberRows } from './bmn-member';
import { standardHeader } from './header';
import { partForms } from './part-forms';
import { PartRows } from './part-rows';
import { type RowProblem, RowReport } from './row-problem';
import { householdOfText, householdText, memberOfText, memberText } from './staged-lines';
import { RegisterRows } from './welfare-register';

type Part = 'households' | 'members' | 'register';

/** Reads a part as ingestion does; what is sound is staged and taken back. */
async function read(
  part: Part,
  pieces: readonly Buffer[],
): Promise<{ problems: RowProblem[]; sound: number; rows: number }> {
  const problems: RowProblem[] = [];
  let sound = 0;
  const report = new RowReport(part, (problem) => problems.push(problem));
  const rows = new PartRows(partForms[part], standardHeader(partForms[part]), report, (places) => {
    const households = new HouseholdRows(places, 2561, report);
    const members = new MemberRows(places, report);
    const register = new RegisterRows(places, report);
    return (cells, row) => {
      if (part === 'households') {
        const household = households.read(cells, row);
        if (household) expect(householdOfText(householdText(household))).toEqual(household);
        if (household) sound += 1;
      } else if (part === 'members') {
        const member = members.read(cells, row);
        if (member) expect(memberOfText(member.ref, memberText(member))).toEqual(member);
        if (member) sound += 1;
      } else if (register.read(cells, row)) sound += 1;
    };
  });
  async function* contents(): AsyncGenerator<Buffer> {
    yield* pieces;
  }
  for await (const { text, fault } of textPieces(contents())) {
    rows.push(text);
    if (fault) rows.breakOff(fault);
  }
  rows.end();
  return { problems, sound, rows: rows.rows };
}

const files: Readonly<Record<Part, Buffer>> = {
  households: Buffer.from(householdsCsv(householdCells('h-1'), householdCells('h-2', { soi: 'ซอย "ก", ข' }))),
  members: Buffer.from(membersCsv(memberCells('h-1', 1), memberCells('h-2', 2))),
  register: Buffer.from(registerCsv(registerCells(1), registerCells(2))),
};
const part = fc.constantFrom<Part>('households', 'members', 'register');
const cutAt = (bytes: Buffer, at: number): Buffer[] => [
  bytes.subarray(0, at % (bytes.length + 1)),
  bytes.subarray(at % (bytes.length + 1)),
];

describe('reading anything at all', () => {
  test('never throws, and each row is sound or said to be wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        part,
        fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 8 }), fc.nat(12)), { maxLength: 6 }),
        fc.nat(),
        async (of, edits, cut) => {
          let bytes = files[of];
          for (const [at, inserted, removed] of edits) {
            const place = at % (bytes.length + 1);
            bytes = Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place + removed)]);
          }
          const { problems, sound, rows } = await read(of, cutAt(bytes, cut));
          const wrong = new Set(problems.filter(({ severity }) => severity === 'error').map(({ row }) => row));
          if (problems.length === 0) expect(sound).toBeGreaterThan(0);
          expect(sound).toBeLessThanOrEqual(rows);
          for (const { sentence, code } of problems) {
            expect([sentence.th, sentence.en, code].every((text) => text.length > 0)).toBe(true);
          }
          expect(wrong.size + sound).toBeGreaterThan(0);
        },
      ),
      { seed: 2561, numRuns: 1500 },
    );
  });

  test('does not depend on how the bytes are cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(part, fc.nat(), async (of, cut) => {
        expect(await read(of, cutAt(files[of], cut))).toEqual({ problems: [], sound: 2, rows: 2 });
      }),
      { seed: 2561, numRuns: 300 },
    );
  });
});
