import type { mongo } from 'mongoose';
import { StoreRefused, type ViewShape } from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import { MongoRefused, withDatabase } from '../failures';
import type { HoldTimes } from './beats';
import { versionOf } from './generation-collections';
import { Pins, type PinDocument } from './pins';
import { ServiceLog, type ServiceEntry } from './service-log';
import { WriterClaims, type ClaimDocument } from './writer-claims';

/** What a version of a view is; for good. */
export interface VersionDocument extends mongo.Document {
  readonly _id: string;
  readonly shape: string;
}

/** One generation. Its number is never used again. Unique by (version, generation). */
export interface GenerationDocument extends mongo.Document {
  readonly version: string;
  readonly generation: number;
  readonly state: 'filling' | 'filled' | 'dropped';
}

/** What all views of a database share. */
export interface ViewsDatabase {
  readonly db: mongo.Db;
  readonly versions: mongo.Collection<VersionDocument>;
  readonly generations: mongo.Collection<GenerationDocument>;
  readonly service: mongo.Collection<ServiceEntry>;
  readonly pins: mongo.Collection<PinDocument>;
  readonly claims: mongo.Collection<ClaimDocument>;
  /** This process's name among those that have the database open. */
  readonly owner: string;
  readonly replacesAtomically: boolean;
  readonly times: HoldTimes;
  readonly nextToken: () => string;
}

/** A version of a view: its shape, its generations, which is in service, who holds or reads it. One for each in a process. */
export class ViewVersion {
  readonly name: string;
  readonly serviceLog: ServiceLog;
  readonly pins: Pins;
  readonly claims: WriterClaims | undefined;

  constructor(
    readonly views: ViewsDatabase,
    readonly shape: ViewShape,
  ) {
    this.name = versionOf(shape);
    const { service, pins, claims, owner, replacesAtomically, times } = views;
    this.serviceLog = new ServiceLog(service, this.name, times);
    this.pins = new Pins(pins, this.name, times);
    this.claims = replacesAtomically ? undefined : new WriterClaims(claims, this.name, owner);
  }

  /** Registers the version with its first generation. @throws MongoRefused where it had another shape before */
  async register(shape: ViewShape): Promise<void> {
    const { versions, generations } = this.views;
    const text = shapeText(shape);
    await insertOneUnlessThere(versions, { _id: this.name, shape: text });
    const found = await withDatabase(() => versions.findOne({ _id: this.name }));
    if (found?.shape !== text) throw otherShape(shape);
    await insertOneUnlessThere(generations, { version: this.name, generation: 0, state: 'filled' });
    await this.serviceLog.begin();
  }

  /** Those that are not dropped, in rising order. */
  async generations(): Promise<readonly GenerationDocument[]> {
    return (await this.all()).filter(({ state }) => state !== 'dropped');
  }

  /** Those that are, or are being, dropped. */
  async dropped(): Promise<readonly number[]> {
    return (await this.all()).filter(({ state }) => state === 'dropped').map(({ generation }) => generation);
  }

  /** @throws StoreRefused where there is no such generation */
  async generation(generation: number): Promise<GenerationDocument> {
    const found = (await this.generations()).find((one) => one.generation === generation);
    if (found === undefined) throw new StoreRefused(`There is no generation ${generation} of ${this.shape.name}.`);
    return found;
  }

  /** A new generation behind all others. */
  async next(): Promise<number> {
    for (;;) {
      const generation = Math.max(...(await this.all()).map((one) => one.generation)) + 1;
      const made = { version: this.name, generation, state: 'filling' } as const;
      if (await insertOneUnlessThere(this.views.generations, made)) return generation;
    }
  }

  async becomes(generation: number, state: GenerationDocument['state']): Promise<void> {
    const { generations } = this.views;
    await withDatabase(() => generations.updateOne({ version: this.name, generation }, { $set: { state } }));
  }

  private async all(): Promise<readonly GenerationDocument[]> {
    const { generations } = this.views;
    return withDatabase(() => generations.find({ version: this.name }).sort({ generation: 1 }).toArray());
  }
}

const shapeText = ({ contexts, indexes, measures }: ViewShape): string =>
  JSON.stringify({ contexts: [...contexts].sort(), indexes, measures });

function otherShape({ name, version }: ViewShape): MongoRefused {
  return new MongoRefused({
    th: `มุมมอง ${name} รุ่น ${version} มีดัชนี บริบท หรือตัววัดเปลี่ยนไปจากที่เก็บไว้ โปรดประกาศเป็นรุ่น ${version + 1}`,
    en: `The view ${name} version ${version} was stored with other indexes, contexts or measures. Declare it as version ${version + 1}.`,
  });
}
