import type { z } from 'zod';

/** The bounded contexts that publish events. The name is part of the wire type and of the topic. */
export const contextNames = [
  'ingestion',
  'identity-verification',
  'mpi-scoring',
  'case-management',
  'reporting',
] as const;
/** The name of a bounded context that publishes events. */
export type ContextName = (typeof contextNames)[number];

/**
 * One event, defined once: stored and published in this shape.
 *
 * - `version` is the schema version; a reader meets older ones only through an upcaster.
 * - `restricted` names the top-level fields of `data` that say something about a person (coded facts). They are left out
 *   for readers who have no right to them. Names, numbers, addresses and free text about people never enter an event.
 * - `examples` must parse; they are printed in the catalogue and kept as the corpus that later versions must still read.
 */
export interface EventDefinition<Type extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly context: ContextName;
  readonly version: number;
  /** One sentence in the past tense: what had happened when this was recorded. */
  readonly summary: string;
  readonly data: Schema;
  readonly restricted: readonly string[];
  readonly examples: readonly [z.infer<Schema>, ...z.infer<Schema>[]];
  /** The release in which this version appeared. */
  readonly since: string;
  /** The versions before this one, oldest first, without a gap: what is recorded in them stays as it is and is lifted when it is read. */
  readonly earlier?: readonly EarlierVersion[];
}

/** A version of an event that is recorded no more, and how its data becomes that of the next version. */
export interface EarlierVersion {
  readonly version: number;
  readonly data: z.ZodType;
  readonly examples: readonly [unknown, ...unknown[]];
  readonly since: string;
  /** Pure: the same data gives the same result for ever. What the old version did not say is what the program then did, never a guess. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- data of a version that no longer has a type
  readonly up: (data: any) => unknown;
}

/** The event as deciders and folds see it: its type and its data. */
export type EventOf<Definition extends EventDefinition> =
  Definition extends EventDefinition<infer Type, infer Schema>
    ? { readonly type: Type; readonly data: z.infer<Schema> }
    : never;

/** Declares an event. The definition is the only place where its shape is written down. */
export function defineEvent<const Type extends string, Schema extends z.ZodType>(
  definition: EventDefinition<Type, Schema>,
): EventDefinition<Type, Schema> {
  return definition;
}

/** Every version of an event as a definition of its own, oldest first; the last one is what is recorded today. */
export function everyVersionOf(definition: EventDefinition): readonly EventDefinition[] {
  const { earlier = [], ...newest } = definition;
  const before = earlier.map(({ version, data, examples, since }) => {
    const fields = Object.keys(examples[0] as object);
    const restricted = newest.restricted.filter((field) => fields.includes(field));
    return { ...newest, version, data, examples, since, restricted };
  });
  return [...before, newest];
}

/** The type on the wire, e.g. `faemban.ingestion.HouseholdSurveyed.v1`. */
export function wireTypeOf(definition: Pick<EventDefinition, 'context' | 'type' | 'version'>): string {
  return `faemban.${definition.context}.${definition.type}.v${definition.version}`;
}
