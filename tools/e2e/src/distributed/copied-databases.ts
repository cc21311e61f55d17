import { createConnection } from 'mongoose';

/** Numbers stay of the kind they were stored as. */
const asStored = { promoteValues: false, promoteLongs: false, promoteBuffers: false } as const;

/** Copies every database of the installation as it stands, with nobody writing; what it answers puts the copies back. */
export async function copyDatabases(url: string, prefix: string): Promise<() => Promise<void>> {
  const copies: { database: string; collection: string; documents: object[] }[] = [];
  const connection = await createConnection(url).asPromise();
  try {
    const { databases } = await connection.getClient().db('admin').admin().listDatabases();
    for (const { name: database } of databases.filter(({ name }) => name.startsWith(prefix))) {
      const db = connection.getClient().db(database);
      for (const { name: collection } of await db.listCollections().toArray()) {
        copies.push({ database, collection, documents: await db.collection(collection).find({}, asStored).toArray() });
      }
    }
  } finally {
    await connection.close();
  }
  return async () => {
    const again = await createConnection(url).asPromise();
    try {
      const { databases } = await again.getClient().db('admin').admin().listDatabases();
      for (const { name: database } of databases.filter(({ name }) => name.startsWith(prefix))) {
        const db = again.getClient().db(database);
        for (const { name } of await db.listCollections().toArray()) await db.collection(name).deleteMany({});
      }
      for (const { database, collection, documents } of copies) {
        if (documents.length > 0) await again.getClient().db(database).collection(collection).insertMany(documents);
      }
    } finally {
      await again.close();
    }
  };
}
