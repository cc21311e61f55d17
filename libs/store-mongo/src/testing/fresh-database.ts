import { createConnection } from 'mongoose';

let databases = 0;

/** The name of a database that nobody used. */
export function freshDatabase(): string {
  databases += 1;
  return `faemban-${process.pid}-${Date.now().toString(36)}-${databases}`;
}

/** Removes a database. */
export async function dropDatabase(url: string, database: string): Promise<void> {
  const connection = await createConnection(url, { dbName: database }).asPromise();
  try {
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}
