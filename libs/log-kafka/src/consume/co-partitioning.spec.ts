import { AssignerProtocol, type Assigner, type GroupMember } from 'kafkajs';
import { coPartitioning } from './co-partitioning';

const topics = ['faemban.ingestion.events.v1', 'faemban.mpi-scoring.events.v1', 'faemban.operations.events.v1'];

interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly held?: readonly number[];
}

/** Lets the first member share among all, as the group's leader does. */
async function shared(members: readonly Member[], partitionCount = 32) {
  let different: readonly string[] = [];
  const assigners = members.map(({ held = [] }) =>
    coPartitioning({ partitionCount, held: () => held, onDifferentTopics: (found) => (different = found) })({
      cluster: {} as never,
      groupId: 'group',
      logger: {} as never,
    }),
  ) as Assigner[];
  const joined: GroupMember[] = members.map((member, index) => ({
    memberId: member.memberId,
    memberMetadata: (assigners[index] as Assigner).protocol({ topics: [...member.topics] }).metadata,
  }));
  const given = await (assigners[0] as Assigner).assign({ members: joined, topics: [...(members[0]?.topics ?? [])] });
  const assignments = new Map(
    given.map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {},
    ]),
  );
  return { assignments, different: () => different };
}

describe('the co-partitioning assigner', () => {
  test.each([1, 3, 5])('gives each of %i members the same numbers of every topic', async (count) => {
    const members = Array.from({ length: count }, (_, index) => ({ memberId: `m${index}`, topics }));
    const { assignments, different } = await shared(members);
    const all = [...assignments.values()].map((assignment) => {
      const [first, ...others] = topics.map((topic) => assignment[topic]);
      for (const other of others) expect(other).toEqual(first);
      return first ?? [];
    });
    expect(all.flat().sort((one, other) => one - other)).toEqual(Array.from({ length: 32 }, (_, number) => number));
    expect(different()).toEqual([]);
  });

  test('leaves members what they hold when another joins', async () => {
    const held = [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ];
    const members = [
      ...held.map((own, index) => ({ memberId: `m${index}`, topics, held: own })),
      { memberId: 'm2', topics },
    ];
    const { assignments } = await shared(members, 12);
    expect(assignments.get('m0')?.[topics[0] as string]).toEqual([0, 1, 2, 3]);
    expect(assignments.get('m1')?.[topics[0] as string]).toEqual([6, 7, 8, 9]);
    expect(assignments.get('m2')?.[topics[0] as string]).toEqual([4, 5, 10, 11]);
  });

  test('gives a member only the topics it reads, and says which are not read by all', async () => {
    const members = [
      { memberId: 'new', topics },
      { memberId: 'old', topics: topics.slice(0, 2) },
    ];
    const { assignments, different } = await shared(members, 4);
    expect(assignments.get('new')).toEqual(Object.fromEntries(topics.map((topic) => [topic, [0, 1]])));
    expect(assignments.get('old')).toEqual(Object.fromEntries(topics.slice(0, 2).map((topic) => [topic, [2, 3]])));
    expect(different()).toEqual([topics[2]]);
  });

  test('takes what it cannot read of a member for nothing held', async () => {
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: 1,
      topics,
      userData: Buffer.from('1,x,99,-3,2'),
    });
    const assigner = coPartitioning({ partitionCount: 4, held: () => [], onDifferentTopics: () => undefined })({
      cluster: {} as never,
      groupId: 'group',
      logger: {} as never,
    });
    const [given] = await assigner.assign({ members: [{ memberId: 'm', memberMetadata: metadata }], topics });
    const decoded = AssignerProtocol.MemberAssignment.decode(given?.memberAssignment as Buffer);
    expect(decoded?.assignment[topics[0] as string]).toEqual([0, 1, 2, 3]);
  });
});
