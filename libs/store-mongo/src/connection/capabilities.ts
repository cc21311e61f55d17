import type { mongo } from 'mongoose';
import { MongoRefused } from '../failures';

/** What a server of MongoDB's protocol can do beyond inserting under unique indexes, which every one must. */
export interface Capabilities {
  /**
   * Whether a document is replaced atomically under a condition: of several who try at once, one succeeds. Production needs it: it
   * fences a writer that was paused and wakes up late. Without it, everything must have one writer.
   */
  readonly replacesAtomically: boolean;
}

/** How many try at once, and how often, before a server is believed. */
const racers = 12;
const rounds = 6;

/**
 * Checks that a server is what was declared: MongoDB itself must be a replica set (even of one) or be behind `mongos`, so that what
 * was acknowledged survives; a declared atomic replace is tried with racing writers. @throws MongoRefused
 */
export async function requireCapabilities(db: mongo.Db, declared: Capabilities): Promise<void> {
  const build = await db.admin().command({ buildInfo: 1 });
  const hello = await helloOf(db);
  // MongoDB itself says which storage engines it has; those that only speak its protocol do not.
  const isMongo = Array.isArray(build['storageEngines']) && build['ferretdbVersion'] === undefined;
  if (isMongo && hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') throw notReplicated();
  if (!declared.replacesAtomically) return;
  if (build['ferretdbVersion'] !== undefined || !(await replacesAtomically(db))) throw notAtomic();
}

/** What a server says of itself; older ones know it by its older name. */
export async function helloOf(db: mongo.Db): Promise<mongo.Document> {
  try {
    return await db.admin().command({ hello: 1 });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 59) throw error;
    return db.admin().command({ isMaster: 1 });
  }
}

async function replacesAtomically(db: mongo.Db): Promise<boolean> {
  const probe = db.collection<{ _id: string; n: number; by: number }>('probe');
  const _id = crypto.randomUUID();
  try {
    await probe.insertOne({ _id, n: 0, by: -1 });
    for (let n = 0; n < rounds; n += 1) {
      const attempts = Array.from({ length: racers }, (_, by) => probe.replaceOne({ _id, n }, { n: n + 1, by }));
      const outcomes = await Promise.all(attempts);
      if (outcomes.filter(({ modifiedCount }) => modifiedCount === 1).length !== 1) return false;
    }
    return true;
  } finally {
    await probe.deleteOne({ _id });
  }
}

function notReplicated(): MongoRefused {
  return new MongoRefused({
    th: 'MongoDB นี้ไม่ได้เป็น replica set ข้อมูลที่ตอบรับแล้วอาจสูญหายได้ โปรดเปิดด้วย --replSet (แม้มีเครื่องเดียว) แล้วสั่ง rs.initiate()',
    en: 'This MongoDB is not a replica set, so what it acknowledged may be lost. Start it with --replSet, even with one member, and run rs.initiate().',
  });
}

function notAtomic(): MongoRefused {
  return new MongoRefused({
    th: 'ฐานข้อมูลนี้แทนที่เอกสารตามเงื่อนไขแบบครั้งเดียวไม่ได้ ตามที่ประกาศไว้ โปรดใช้ MongoDB หรือประกาศว่าไม่มีความสามารถนี้และเปิดผู้เขียนเพียงรายเดียว',
    en: 'This database does not replace a document atomically under a condition, as was declared. Use MongoDB, or declare that it does not and run one writer only.',
  });
}
