import { mongo } from 'mongoose';
import { asDatabaseFailure, DatabaseUnavailable, isDuplicateKey } from '../failures';

/**
 * Inserts documents in any order and answers the places of those whose unique key is taken; all others are there then.
 * @throws DatabaseUnavailable where it is not known which are there
 */
export async function insertUnlessThere<Document extends mongo.Document>(
  collection: mongo.Collection<Document>,
  documents: readonly NoInfer<mongo.OptionalUnlessRequiredId<Document>>[],
): Promise<readonly number[]> {
  if (documents.length === 0) return [];
  try {
    await collection.insertMany(documents, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw asDatabaseFailure(error);
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || error.result.getWriteConcernError() !== undefined) {
      throw new DatabaseUnavailable(`Not acknowledged: ${error.message}`, { cause: error });
    }
    return failures.map(({ index, code, errmsg }) => {
      const failure = new mongo.MongoServerError({ message: errmsg ?? 'refused', code });
      if (!isDuplicateKey(failure)) throw asDatabaseFailure(failure);
      return index;
    });
  }
}

/**
 * Inserts documents one behind the other, up to the first whose unique key is taken; answers how many were inserted.
 * @throws DatabaseUnavailable where it is not known which are there
 */
export async function insertInOrder<Document extends mongo.Document>(
  collection: mongo.Collection<Document>,
  documents: readonly NoInfer<mongo.OptionalUnlessRequiredId<Document>>[],
): Promise<number> {
  if (documents.length === 0) return 0;
  try {
    await collection.insertMany(documents, { ordered: true });
    return documents.length;
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw asDatabaseFailure(error);
    const [failure] = [error.writeErrors].flat();
    if (failure === undefined || error.result.getWriteConcernError() !== undefined) {
      throw new DatabaseUnavailable(`Not acknowledged: ${error.message}`, { cause: error });
    }
    const { index, code, errmsg } = failure;
    const refused = new mongo.MongoServerError({ message: errmsg ?? 'refused', code });
    if (!isDuplicateKey(refused)) throw asDatabaseFailure(refused);
    return index;
  }
}

/** Inserts one document; false where its unique key is taken. @throws DatabaseUnavailable */
export async function insertOneUnlessThere<Document extends mongo.Document>(
  collection: mongo.Collection<Document>,
  document: NoInfer<mongo.OptionalUnlessRequiredId<Document>>,
): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw asDatabaseFailure(error);
  }
}
