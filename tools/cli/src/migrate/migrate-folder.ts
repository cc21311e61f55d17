import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contextNames, type ContextName } from '@faemban/contracts';
import type { SignedDocument } from '@faemban/event-sourcing';
import { openSigningKeys, partitionsOfEvents, readBesideViews, writeMigratedMark } from '@faemban/store-sqlite';
import type { KeptBesideViews, PolicyRecord } from '@faemban/store-sqlite';
import { openMongoTransfer, type MongoTransfer, type TransferStanding } from '@faemban/store-mongo';
import { carryPolicy, carryRebuilds, verifyPolicy, type CarriedPolicy } from './carry-policies';
import { carrySeals, sealsIn, verifySeals } from './carry-seals';
import { copyFiles, finishCopy, requireCopyable, verifyFiles, type CopiedFiles, type CopyOrder } from './copy-files';
import { eraseAgainIn } from './erase-again';
import {
  databaseOf,
  MigrationRefused,
  servedContexts,
  serverOf,
  type MigrationOrder,
  type ServiceState,
} from './order';
import { headsDigestOf, signReport, type MigrationReport, type MovedContext } from './report';
import { openSource, type Source } from './source';

/** Folders of services below a data folder, with files of their own. */
const privateFolders = ['ingestion', 'identity-verification'];

/** What a migration came to; signed where the installation has a key to sign with. */
export interface Migrated {
  readonly report: MigrationReport;
  readonly signed?: SignedDocument<MigrationReport>;
}

/**
 * Moves a stopped embedded installation into the databases of the distributed profile: events, commands, seals, policies, private files
 * and keys. At no moment can both be used: services refuse the databases until everything was read back and compared, and then the data
 * folder is marked before the first of them is opened. Interrupted anywhere, the same order with `resume` goes on.
 * @throws SqliteRefused, MigrationRefused, MongoRefused (sentences for people); SourceAltered; IntegrityViolation; TransferDiffers;
 *   DatabaseUnavailable
 */
export async function migrateFolder(order: MigrationOrder): Promise<Migrated> {
  const { watch, clock } = order;
  const startedAt = new Date(clock()).toISOString();
  watch.step('check');
  const source = openSource(order.data, clock);
  const closers: (() => void | Promise<void>)[] = [() => source.close()];
  try {
    const migration = await Migration.open(order, source, closers);
    return await migration.run(startedAt);
  } finally {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  }
}

interface Target {
  readonly context: ContextName;
  readonly database: string;
  readonly transfer: MongoTransfer;
  readonly standing: TransferStanding;
}

class Migration {
  private constructor(
    private readonly order: MigrationOrder,
    private readonly source: Source,
    private readonly targets: readonly Target[],
    private readonly closers: (() => void | Promise<void>)[],
  ) {}

  /** Opens every database and refuses, before anything is written, what cannot be gone on with. */
  static async open(
    order: MigrationOrder,
    source: Source,
    closers: (() => void | Promise<void>)[],
  ): Promise<Migration> {
    const { url, databasePrefix, capabilities } = order.mongo;
    const { log, mark } = source;
    const isHere = mark === undefined || (mark.server === serverOf(url) && mark.databasePrefix === databasePrefix);
    if (!isHere) throw wentElsewhere(`${mark.server} (${mark.databasePrefix}-…)`, mark.at);
    const targets: Target[] = [];
    for (const context of contextNames) {
      const isUsed = log.heads(context).some(({ seq }) => seq > 0);
      if (!isUsed && !servedContexts.includes(context)) continue;
      const database = databaseOf(databasePrefix, context);
      const options = { url, database, context, clock: order.clock, ...(capabilities ? { capabilities } : {}) };
      const transfer = await openMongoTransfer(log, options);
      closers.push(() => transfer.close());
      targets.push({ context, database, transfer, standing: await transfer.standing() });
    }
    refuseUnlessPossible(order, source, targets);
    return new Migration(order, source, targets, closers);
  }

  async run(startedAt: string): Promise<Migrated> {
    const { order, source } = this;
    const { watch } = order;
    const isOnlyToSwitch = source.mark !== undefined;
    const begunMs = performance.now();
    let copiedEvents = 0;
    if (!isOnlyToSwitch) {
      copiedEvents = await this.copyEvents();
      await this.carryState();
    }
    const copySeconds = (performance.now() - begunMs) / 1000;
    const { data, keys } = isOnlyToSwitch ? {} : await this.copyFiles();
    watch.step('verify');
    const verifyMs = performance.now();
    const contexts = await this.verify(isOnlyToSwitch);
    const verifySeconds = (performance.now() - verifyMs) / 1000;
    for (const copy of isOnlyToSwitch ? [] : this.copies()) await verifyFiles(copy);
    const erasedAgain = await this.eraseAgain();
    watch.step('switch');
    await this.switchOver(contexts);
    const report: MigrationReport = {
      installation: source.log.installationId,
      partitionCount: source.log.partitionCount,
      server: serverOf(order.mongo.url),
      databasePrefix: order.mongo.databasePrefix,
      startedAt,
      finishedAt: new Date(order.clock()).toISOString(),
      events: contexts.reduce((sum, { events }) => sum + events, 0),
      contexts,
      ...(data === undefined ? {} : { data }),
      ...(keys === undefined ? {} : { keys }),
      erasedAgain,
      copySeconds,
      verifySeconds,
      copiedEvents,
    };
    return this.signed(report, startedAt);
  }

  private async copyEvents(): Promise<number> {
    const { watch } = this.order;
    watch.step('events');
    // All of them first, so that no service begins on a part of an installation.
    for (const { transfer, standing } of this.targets) {
      if (standing === 'empty') await watch.beforeWrite('marker');
      await transfer.begin();
    }
    let copiedNow = 0;
    for (const { context, transfer } of this.targets) {
      const total = eventsIn(this.source, context);
      const before = eventsOf(await transfer.log.heads(context));
      let done = 0;
      await transfer.copy({
        copied(events) {
          done += events;
          watch.progress(context, done, total, 'events');
        },
        beforeWrite: (what) => watch.beforeWrite(what),
      });
      copiedNow += total - before;
    }
    return copiedNow;
  }

  private async carryState(): Promise<void> {
    const { watch, data } = this.order;
    watch.step('state');
    for (const target of this.targets) {
      await this.withState(target, async (state) => {
        await carrySeals(data, target.context, state, watch);
        const { policies, rebuilds } = this.besideViews(target.context);
        for (const policy of policies) await carryPolicy(policy, state.policies, this.partitionsOf(policy), watch);
        await carryRebuilds(rebuilds, state.rebuilds, watch);
      });
    }
  }

  private async copyFiles(): Promise<{ readonly data?: CopiedFiles; readonly keys?: CopiedFiles }> {
    this.order.watch.step('files');
    const copied = new Map<string, CopiedFiles>();
    for (const copy of this.copies()) copied.set(copy.what, await copyFiles(copy));
    const [data, keys] = [copied.get('data'), copied.get('keys')];
    return { ...(data === undefined ? {} : { data }), ...(keys === undefined ? {} : { keys }) };
  }

  private copies(): readonly (CopyOrder & { readonly what: 'data' | 'keys' })[] {
    const { data, toData, watch } = this.order;
    const { installationId } = this.source.log;
    const keys = keysFolderOf(this.order);
    const rest = { installationId, watch };
    return [
      ...(toData === undefined
        ? []
        : [{ what: 'data' as const, from: data, to: toData, folders: privateFolders, ...rest }]),
      ...(keys === undefined ? [] : [{ what: 'keys' as const, from: join(data, 'keys'), to: keys, ...rest }]),
    ];
  }

  /** Reads every database back, but those that an earlier run has opened, of which only the beginning is still its source's. */
  private async verify(isOnlyToSwitch: boolean): Promise<readonly MovedContext[]> {
    const { watch, data } = this.order;
    const moved: MovedContext[] = [];
    for (const target of this.targets) {
      const { context, database, transfer, standing } = target;
      const heads = this.source.log.heads(context);
      const { commands, streams } = this.source.log.counts(context);
      const told = { context, database, headsDigest: headsDigestOf(heads), events: eventsOf(heads), commands, streams };
      if (isOnlyToSwitch && standing === 'finished') {
        const seals = sealsIn(data, context).length;
        moved.push({ ...told, segments: 0, seals, policies: [], rebuilds: 0 });
        continue;
      }
      let done = 0;
      const verified = await transfer.verify(sealsIn(data, context), (count) => {
        done += count;
        watch.progress(context, done, told.events, 'events');
      });
      const beside = await this.verifyState(target);
      moved.push({ ...told, ...verified, ...beside });
    }
    return moved;
  }

  private verifyState(target: Target): Promise<Pick<MovedContext, 'seals' | 'policies' | 'rebuilds'>> {
    return this.withState(target, async (state) => {
      const { policies: records } = this.besideViews(target.context);
      const policies: CarriedPolicy[] = [];
      for (const record of records) policies.push(await verifyPolicy(record, state.policies));
      return {
        seals: await verifySeals(this.order.data, target.context, state),
        policies,
        rebuilds: (await state.rebuilds.rebuilds()).length,
      };
    });
  }

  /** Erases again, in keys that were copied, whom events say to have been erased. */
  private async eraseAgain(): Promise<number> {
    const keys = keysFolderOf(this.order);
    const vault = this.targets.find(({ context }) => context === 'identity-verification');
    return keys === undefined || vault === undefined ? 0 : eraseAgainIn(keys, vault.transfer.log);
  }

  /** From the mark on the folder cannot be used, and only then the databases can. */
  private async switchOver(contexts: readonly MovedContext[]): Promise<void> {
    const { data, mongo, watch, clock } = this.order;
    if (this.source.mark === undefined) {
      await watch.beforeWrite('folder mark');
      writeMigratedMark(data, {
        installation: this.source.log.installationId,
        at: new Date(clock()).toISOString(),
        server: serverOf(mongo.url),
        databasePrefix: mongo.databasePrefix,
        events: contexts.reduce((sum, { events }) => sum + events, 0),
      });
    }
    for (const copy of this.copies()) finishCopy(copy.to);
    for (const { transfer, standing } of this.targets) {
      if (standing === 'finished') continue;
      await watch.beforeWrite('marker');
      await transfer.finish();
    }
  }

  private signed(report: MigrationReport, startedAt: string): Migrated {
    const file = join(this.order.data, 'keys', 'signing-keys.json');
    if (!existsSync(file)) return { report };
    const signer = openSigningKeys(file, { name: `faemban.${report.installation}`, createdAt: startedAt });
    return { report, signed: signReport(signer, report) };
  }

  private async withState<Result>(target: Target, work: (state: ServiceState) => Promise<Result>): Promise<Result> {
    const { url, capabilities } = this.order.mongo;
    const state = await this.order.openState({
      url,
      database: target.database,
      context: target.context,
      installationId: this.source.log.installationId,
      ...(capabilities ? { capabilities } : {}),
    });
    try {
      return await work(state);
    } finally {
      await state.close();
    }
  }

  private besideViews(context: ContextName): KeptBesideViews {
    const file = join(this.order.data, `${context}.sqlite`);
    return existsSync(file) ? readBesideViews(file) : { policies: [], rebuilds: [] };
  }

  private partitionsOf({ context, refusals }: PolicyRecord): (eventId: string) => number {
    const ids = new Set(refusals.map(({ eventId }) => eventId));
    const found = partitionsOfEvents(join(this.order.data, 'events.sqlite'), context, ids);
    // An event that is not there stands nowhere; its refusal is kept all the same.
    return (eventId) => found.get(eventId) ?? 0;
  }
}

const eventsOf = (heads: readonly { readonly seq: number }[]): number => heads.reduce((sum, { seq }) => sum + seq, 0);
const eventsIn = ({ log }: Source, context: ContextName): number => eventsOf(log.heads(context));

/** Where keys are copied to; undefined where they stay. */
function keysFolderOf({ keys, toData }: MigrationOrder): string | undefined {
  return keys ?? (toData === undefined ? undefined : join(toData, 'keys'));
}

function refuseUnlessPossible(order: MigrationOrder, { log, mark }: Source, targets: readonly Target[]): void {
  const standings = new Set(targets.map(({ standing }) => standing));
  const { databasePrefix } = order.mongo;
  if (mark === undefined && standings.has('finished')) throw servedSince(databasePrefix);
  if (mark !== undefined && standings.has('empty')) throw databasesGone(databasePrefix);
  if (mark !== undefined && !standings.has('begun')) throw alreadyDone(`${mark.server} (${databasePrefix}-…)`, mark.at);
  if (standings.has('begun') && !order.resume) throw begunBefore();
  if (mark !== undefined) return;
  const { installationId } = log;
  const keys = keysFolderOf(order);
  for (const to of [order.toData, keys]) {
    if (to !== undefined) requireCopyable({ from: resolve(order.data), to, installationId });
  }
}

const wentElsewhere = (to: string, at: string): MigrationRefused =>
  new MigrationRefused({
    th: `โฟลเดอร์นี้ย้ายไปที่ ${to} เมื่อ ${at} แล้ว ถ้าต้องการย้ายไปที่อื่นจากสภาพเดิม ให้เลิกใช้ที่นั่นก่อนแล้วลบไฟล์ migrated.json สิ่งที่บันทึกหลังย้ายจะไม่มีที่นี่`,
    en: `This folder was migrated to ${to} on ${at}. To migrate it elsewhere as it was, stop using that and remove the file migrated.json; what was recorded there since is not here.`,
  });
const alreadyDone = (to: string, at: string): MigrationRefused =>
  new MigrationRefused({
    th: `ย้ายเสร็จแล้วไปที่ ${to} เมื่อ ${at} ไม่มีอะไรต้องทำต่อ เริ่มบริการได้เลย`,
    en: `The migration to ${to} was finished (${at}); there is nothing left to do. Start the services.`,
  });
const begunBefore = (): MigrationRefused =>
  new MigrationRefused({
    th: 'เคยเริ่มย้ายโฟลเดอร์นี้เข้าฐานข้อมูลชุดนี้แล้วแต่ยังไม่เสร็จ สั่งเดิมพร้อม --resume เพื่อทำต่อ หรือลบฐานข้อมูลเพื่อเริ่มใหม่',
    en: 'This migration was begun and not finished. Go on with the same command and --resume, or drop the databases to begin anew.',
  });
const servedSince = (prefix: string): MigrationRefused =>
  new MigrationRefused({
    th: `ฐานข้อมูล ${prefix}-… ถูกเปิดใช้หลังย้ายครั้งก่อนแล้ว อาจมีสิ่งที่บันทึกไว้ที่นั่น โปรดเลือกชื่ออื่นด้วย --database-prefix หรือลบฐานข้อมูลเหล่านั้นเองถ้าแน่ใจว่าไม่ต้องการ`,
    en: `The databases ${prefix}-… were opened by an earlier migration, and may hold what was recorded there since. Choose other names with --database-prefix, or drop them yourself where you are sure.`,
  });
const databasesGone = (prefix: string): MigrationRefused =>
  new MigrationRefused({
    th: `โฟลเดอร์นี้มีเครื่องหมายว่าย้ายไปที่ ${prefix}-… แล้ว แต่ฐานข้อมูลว่างเปล่า ถ้าต้องการย้ายใหม่จากโฟลเดอร์นี้ ให้ลบไฟล์ migrated.json ก่อน`,
    en: `This folder is marked as migrated to ${prefix}-…, but a database there is empty. To migrate it again, remove the file migrated.json first.`,
  });
