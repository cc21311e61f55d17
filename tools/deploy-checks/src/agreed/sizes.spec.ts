import { parse } from 'yaml';
import { textOf } from '../tree';

interface Scaled {
  readonly replicas?: number;
  readonly autoscaling?: { readonly replicasMin: number; readonly replicasMax: number };
}
interface Values {
  readonly partitionCount: number;
  readonly services: { readonly mpiScoring: Scaled; readonly reporting: Scaled };
}

const sizing = textOf('docs/guides/sizing.md');
const deploying = textOf('docs/guides/deploying-on-kubernetes.md');
const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
/** A row of the table of what is reckoned: what it says of a district, a province, the nation. */
const reckoned = (title: string): string[] =>
  cellsOf(sizing.split('\n').find((line) => line.startsWith(`| ${title}`)) ?? '').slice(1);
/** The row of a values file in the guide. */
const deployed = (size: string): string[] =>
  cellsOf(deploying.split('\n').find((line) => line.startsWith(`| \`values-${size}.yaml\``)) ?? '').slice(1);
const numberIn = (text = ''): number =>
  Number(/[\d,.]+/.exec(text)?.[0].replaceAll(',', '')) * (text.includes('million') ? 1e6 : 1);
const instancesOf = ({ replicas, autoscaling }: Scaled): string =>
  autoscaling === undefined ? String(replicas) : `${autoscaling.replicasMin}–${autoscaling.replicasMax}`;

describe.each(['district', 'province', 'nation'].map((size, index) => ({ size, index })))(
  'the size $size',
  ({ size, index }) => {
    const text = textOf(`deploy/helm/faemban/values-${size}.yaml`);
    const { partitionCount, services } = parse(text) as Values;
    const [households, events, partitions, instances] = deployed(size);

    test('has the partitions that were reckoned, here and in both guides', () => {
      expect([Number(partitions), Number(reckoned('partitions (')[index])]).toEqual([partitionCount, partitionCount]);
    });

    test('has the instances that were reckoned, here and in both guides', () => {
      const own = instancesOf(services.reporting);
      expect([instancesOf(services.mpiScoring), instances, reckoned('instances of scoring')[index]]).toEqual([
        ...[own, own, own],
      ]);
    });

    test('is of the same households, and of as many events for each as were measured', () => {
      expect(numberIn(households)).toBe(numberIn(reckoned('households · members')[index]));
      const perHousehold = numberIn(/: ([\d.]+) a household/.exec(sizing)?.[1]);
      expect(numberIn(events) / numberIn(households)).toBeCloseTo(perHousehold, 1);
      const said = numberIn(/some ([\d,.]+(?: million)?) events a round/.exec(text)?.[1]);
      expect(said / numberIn(events)).toBeCloseTo(1, 2);
    });
  },
);
