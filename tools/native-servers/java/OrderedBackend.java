import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * The server's documents in an H2 file, as it comes, with indexes that are used: by themselves they answer only questions of equality in
 * all of their fields, and whatever else is asked reads whole collections. The indexes are in memory, and made anew when a file is opened.
 */
final class OrderedBackend extends H2Backend {
  private static final int cacheMegabytes = 256;

  /** Does not rewrite the file to make it smaller: everybody would have to wait, for minutes where there are millions of documents. */
  OrderedBackend(String file) {
    super(new MVStore.Builder().fileName(file).cacheSize(cacheMegabytes).autoCompactFillRate(0).open());
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new Database(name, getCursorRegistry());
  }

  private final class Database extends H2Database {
    Database(String name, CursorRegistry cursors) {
      super(name, getMvStore(), cursors);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
      String fullName = getDatabaseName() + "." + name;
      MVMap<Object, Document> documents = getMvStore().openMap("databases." + fullName);
      MVMap<String, Object> about = getMvStore().openMap("meta." + fullName);
      return new Collection(this, name, options, documents, about, cursorRegistry);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
      return new OrderedIndex.Unique(name, keys, sparse);
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
      return new OrderedIndex.Secondary(name, keys);
    }
  }

  private static final class Collection extends H2Collection {
    Collection(
        MongoDatabase database, String name, CollectionOptions options,
        MVMap<Object, Document> documents, MVMap<String, Object> about, CursorRegistry cursors) {
      super(database, name, options, documents, about, cursors);
    }

    @Override
    protected synchronized QueryResult queryDocuments(
        Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
      Plan plan = Plan.best(query, orderBy, getIndexes());
      if (plan == null) return super.queryDocuments(query, orderBy, skip, limit, batchSize, fields);
      if (!plan.isInOrder()) return matchDocuments(query, plan.positions(), orderBy, skip, limit, batchSize, fields);
      Stream<Document> found = StreamSupport.stream(plan.positions().spliterator(), false).map(this::getDocument);
      return matchDocumentsFromStream(query, found, skip, limit, batchSize, null, fields);
    }

    /**
     * Copies, since the server changes a document that it found in its place: one that is just being written to the file would be found half
     * changed, and the store closes itself.
     */
    @Override
    protected QueryResult createQueryResult(List<Document> found, int batchSize) {
      return super.createQueryResult(found.stream().map(Document::cloneDeeply).toList(), batchSize);
    }
  }
}
