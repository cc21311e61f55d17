import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import { sharePartitions } from './share-partitions';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** Changed with the form of what members tell each other: members of different names are not let into one group. */
const assignerName = 'faemban-co-partitioning-1';
const version = 1;

/**
 * An assigner whose members share partition *numbers*: a member has the same numbers of every topic, so that all that is known of one
 * household comes to one process. Kafka's own assigners share each topic for itself. A member is given only topics it asked for: while
 * a release that reads one more context is rolled out, the numbers of members of the old one are without it, until they are replaced.
 */
export function coPartitioning({
  partitionCount,
  held,
  onDifferentTopics,
}: {
  readonly partitionCount: number;
  /** The numbers this member has now. */
  readonly held: () => readonly number[];
  /** Called with the topics that not every member reads, when this member does the sharing; with none when all read the same. */
  readonly onDifferentTopics: (topics: readonly string[]) => void;
}): PartitionAssigner {
  return () => ({
    name: assignerName,
    version,
    protocol: ({ topics }) => ({
      name: assignerName,
      metadata: MemberMetadata.encode({ version, topics: [...topics], userData: encodeHeld(held()) }),
    }),
    async assign({ members }) {
      const told = members.map(({ memberId, memberMetadata }) => {
        const { topics, userData } = MemberMetadata.decode(memberMetadata) ?? {
          topics: [] as string[],
          userData: Buffer.alloc(0),
        };
        return { memberId, topics, held: decodeHeld(userData, partitionCount) };
      });
      const all = new Set(told.flatMap(({ topics }) => topics));
      onDifferentTopics([...all].filter((topic) => told.some(({ topics }) => !topics.includes(topic))).sort());
      const shares = sharePartitions(told, partitionCount);
      return told.map(({ memberId, topics }) => {
        const partitions = [...(shares.get(memberId) ?? [])];
        const assignment = Object.fromEntries(topics.map((topic) => [topic, partitions]));
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        };
      });
    },
  });
}

const encodeHeld = (held: readonly number[]): Buffer => Buffer.from(held.join(','));

/** What cannot be read counts as nothing held: it only decides what moves. */
function decodeHeld(userData: Buffer, partitionCount: number): readonly number[] {
  const isNumber = (partition: number): boolean => Number.isInteger(partition) && partition < partitionCount;
  return userData
    .toString()
    .split(',')
    .filter((text) => /^\d{1,6}$/.test(text))
    .map(Number)
    .filter(isNumber);
}
