import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  CheckpointFenced,
  isSameVector,
  StoreRefused,
  type GenerationHandle,
  type GenerationPart,
  type GenerationStatus,
  type PinnedGenerations,
  type ViewGenerations,
  type ViewShape,
} from '@faemban/event-sourcing';
import { withStorage } from '../failures';
import { SqliteGeneration, type ViewsFile } from './sqlite-generation';
import { beginFilling } from './filling-table';
import { ViewNumbers } from './view-numbers';

/** The generations of one version of a view in a file. `openReader` opens one more connection, for reading. */
export class SqliteGenerations implements ViewGenerations {
  private readonly numbers: ViewNumbers;
  private readonly opened = new Map<number, SqliteGeneration<object>>();

  constructor(
    private readonly file: ViewsFile,
    private readonly openReader: () => Database.Database,
    private readonly shape: ViewShape,
  ) {
    this.numbers = new ViewNumbers(file.db);
    file.db.transaction(() => this.numbers.register(shape)).immediate();
  }

  async list(): Promise<readonly GenerationStatus[]> {
    return withStorage(() => {
      const inService = this.numbers.inService(this.shape);
      return this.numbers.all(this.shape).map(({ viewNo, generation }) => ({
        generation,
        isInService: viewNo === inService,
        vector: this.handleOf(viewNo).vectorIn(this.file.db),
      }));
    });
  }

  async begin(): Promise<number> {
    const begin = this.file.db.transaction(() => {
      const { viewNo, generation } = this.numbers.next(this.shape);
      beginFilling(this.file.db, viewNo);
      return generation;
    });
    return withStorage(() => begin.immediate());
  }

  async open(generation: number): Promise<GenerationHandle> {
    return withStorage(() => this.handleOf(this.numberOf(generation)));
  }

  async pin(catchUp?: () => Promise<void>): Promise<PinnedGenerations> {
    const reader = this.openReader();
    const begin = async (): Promise<void> => {
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM views').get();
    };
    try {
      if (catchUp === undefined) {
        await begin();
      } else {
        await this.exclusively(catchUp);
        // While nobody can write, so that the reader begins with what stands now.
        await this.exclusively(begin);
      }
    } catch (error) {
      reader.close();
      throw error;
    }
    return {
      vector: async (generation) => this.handleOf(this.numberOf(generation)).vectorIn(reader),
      rows: async (generation, part: GenerationPart, afterKey, limit) =>
        withStorage(() => this.handleOf(this.numberOf(generation)).rowsIn(reader, part, afterKey, limit)),
      async close() {
        reader.close();
      },
    };
  }

  async switchTo(generation: number, catchUp: () => Promise<void>): Promise<void> {
    await this.exclusively(async () => {
      await catchUp();
      const before = this.handleOf(this.numbers.register(this.shape));
      const after = this.handleOf(this.numberOf(generation));
      const [old, now] = [before.vectorIn(this.file.db), after.vectorIn(this.file.db)];
      if (!isSameVector(old, now)) {
        throw new CheckpointFenced(
          `${this.shape.name}: generation ${generation} does not stand where the one in service stands.`,
        );
      }
      after.outrankEpochsOf(before);
      this.numbers.putInService(this.shape, after.viewNo);
    });
  }

  async drop(generation: number): Promise<void> {
    const viewNo = this.numberOf(generation);
    if (viewNo === this.numbers.inService(this.shape)) {
      throw new StoreRefused(`Generation ${generation} of ${this.shape.name} is in service.`);
    }
    const handle = this.handleOf(viewNo);
    while (withStorage(() => handle.removeSome())) await nextTurn();
    withStorage(() =>
      this.file.db
        .transaction(() => {
          handle.removeTables();
          this.numbers.remove(viewNo);
        })
        .immediate(),
    );
    this.opened.delete(viewNo);
  }

  private async exclusively(work: () => Promise<void>): Promise<void> {
    const { db } = this.file;
    withStorage(() => db.exec('BEGIN IMMEDIATE'));
    try {
      await work();
      withStorage(() => db.exec('COMMIT'));
    } finally {
      if (db.inTransaction) db.exec('ROLLBACK');
    }
  }

  private numberOf(generation: number): number {
    const found = this.numbers.all(this.shape).find((one) => one.generation === generation);
    if (found === undefined) throw new StoreRefused(`There is no generation ${generation} of ${this.shape.name}.`);
    return found.viewNo;
  }

  private handleOf(viewNo: number): SqliteGeneration<object> {
    const known = this.opened.get(viewNo);
    if (known !== undefined) return known;
    const { db } = this.file;
    const handle = db.transaction(() => new SqliteGeneration<object>(this.file, viewNo, this.shape))();
    this.opened.set(viewNo, handle);
    return handle;
  }
}
