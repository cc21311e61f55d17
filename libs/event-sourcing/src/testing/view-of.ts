import type { DomainEvent, RecordedEvent } from '../events';
import type { TallyQuestion } from '../ports';
import type { Tally, View } from '../views/define-view';
import { sumDifferences } from '../views/tally-sums';
import { asViewShape } from '../views/view-shape';
import { deliver, type Delivered } from './deliveries';

/** What may be said of a view. */
export interface Shown<Doc> {
  /** Shows exactly this document; `id` is needed where the events are about several. */
  shows(doc: Doc, id?: string): void;
  /** Shows nothing at all or, with `id`, nothing of that one. */
  showsNothing(id?: string): void;
}

/**
 * A view's test: `viewOf(caseWorklist).after(targeted, visitAssigned).shows({ … })`. Events may be plain (their context comes from the
 * catalogue) or built with `recorded`. Everything is delivered twice through the guard and with contexts mixed in several ways.
 */
export function viewOf<Doc extends object>(
  view: View<Doc>,
): { after(...events: readonly (RecordedEvent | DomainEvent)[]): Shown<Doc> } {
  const { show } = asViewShape(view);
  return {
    after(...events) {
      const deliveries = deliver(view, events);
      const docs = ({ rows, seed }: Delivered) => {
        const shown = [...rows].flatMap(([id, slices]): (readonly [string, object])[] => {
          const states = Object.fromEntries(Object.entries(slices).map(([context, { state }]) => [context, state]));
          const doc = show(states, id);
          return doc === undefined ? [] : [[id, doc]];
        });
        return { shown: new Map(shown), seed };
      };
      return {
        shows(doc, id) {
          for (const { shown, seed } of deliveries.map(docs)) {
            const found = id === undefined ? [...shown.values()] : [shown.get(id)];
            expect({ delivery: seed, shown: found }).toEqual({ delivery: seed, shown: [doc] });
          }
        },
        showsNothing(id) {
          for (const { shown, seed } of deliveries.map(docs)) {
            const found = id === undefined ? [...shown.values()] : [shown.get(id)].filter((doc) => doc !== undefined);
            expect({ delivery: seed, shown: found }).toEqual({ delivery: seed, shown: [] });
          }
        },
      };
    },
  };
}

/** What may be said of a tally. */
export interface Counted {
  /** The measures named count this much over all areas of the question; `under` is everywhere unless given. */
  counts(
    question: Omit<TallyQuestion, 'under'> & { readonly under?: string },
    measures: Readonly<Record<string, number>>,
  ): Counted;
}

/** A tally's test: `tallyOf(areaFigures).after(scored).counts({ level: 'village', round: '2561', ruleset: 'tpmap-2561' }, { poor: 1 })`. */
export function tallyOf<Slice>(tally: Tally<Slice>): {
  after(...events: readonly (RecordedEvent | DomainEvent)[]): Counted;
} {
  return {
    after(...events) {
      const deliveries = deliver(tally, events);
      const counted: Counted = {
        counts(question, measures) {
          for (const { differences, seed } of deliveries) {
            const sums = sumDifferences(differences, { under: '', ...question }, tally.measures.length);
            const total = (measure: string): number => {
              const index = tally.measures.indexOf(measure);
              return sums.reduce((sum, area) => sum + (area.sums[index] ?? Number.NaN), 0);
            };
            const counts = Object.fromEntries(Object.keys(measures).map((measure) => [measure, total(measure)]));
            const unknown = Object.keys(measures).filter((measure) => !tally.measures.includes(measure));
            expect(unknown).toEqual([]);
            expect({ delivery: seed, ...counts }).toEqual({ delivery: seed, ...measures });
          }
          return counted;
        },
      };
      return counted;
    },
  };
}
