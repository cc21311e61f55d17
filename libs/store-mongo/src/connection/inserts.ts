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
