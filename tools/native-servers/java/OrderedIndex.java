import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An index whose entries are kept in the order of its keys. */
interface OrderedIndex {
  /** Where each document is, by the values of its keys; a secondary index has the document's id behind them. */
  OrderedEntries entries();

  List<IndexKey> getKeys();

  /** One in which no two documents have the same keys. */
  final class Unique extends AbstractUniqueIndex<Object> implements OrderedIndex {
    private final OrderedEntries entries;

    Unique(String name, List<IndexKey> keys, boolean sparse) {
      super(name, keys, sparse);
      entries = new OrderedEntries(keys);
      if (sparse) entries.lacksSome();
    }

    @Override
    public OrderedEntries entries() { return entries; }

    @Override
    public Set<KeyValue> getKeyValues(Document document) { return entries.noted(super.getKeyValues(document)); }

    @Override
    protected Object removeDocument(KeyValue key) { return entries.map.remove(key); }

    @Override
    protected boolean putKeyPosition(KeyValue key, Object position) { return entries.map.putIfAbsent(key, position) == null; }

    @Override
    protected Iterable<Map.Entry<KeyValue, Object>> getIterable() { return entries.map.entrySet(); }

    @Override
    protected Object getPosition(KeyValue key) { return entries.map.get(key); }

    @Override
    public long getCount() { return entries.map.size(); }

    @Override
    public long getDataSize() { return getCount(); }
  }

  /** One in which documents may have the same keys. */
  final class Secondary extends Index<Object> implements OrderedIndex {
    private final OrderedEntries entries;

    Secondary(String name, List<IndexKey> keys) {
      super(name, keys, false);
      List<IndexKey> all = new ArrayList<>(keys);
      all.add(new IndexKey("_id", true));
      entries = new OrderedEntries(all);
    }

    @Override
    public OrderedEntries entries() { return entries; }

    @Override
    public Set<KeyValue> getKeyValues(Document document) { return entries.noted(super.getKeyValues(document)); }

    private static KeyValue entryOf(KeyValue key, Document document) {
      List<Object> values = new ArrayList<>();
      key.forEach(values::add);
      values.add(new KeyValue(document.get("_id")).normalized().get(0));
      return new KeyValue(values);
    }

    /** The unique index of ids knows it. */
    @Override
    public Object getPosition(Document document) { return null; }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) { }

    @Override
    public synchronized void add(Document document, Object position, MongoCollection<Object> collection) {
      for (KeyValue key : getKeyValues(document)) entries.map.put(entryOf(key, document), position);
    }

    @Override
    public synchronized Object remove(Document document) {
      Object position = document.get("_id");
      for (KeyValue key : getKeyValues(document)) entries.map.remove(entryOf(key, document));
      return position;
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) { }

    @Override
    public synchronized void updateInPlace(
        Document before, Document after, Object position, MongoCollection<Object> collection) {
      if (nullAwareEqualsKeys(before, after)) return;
      remove(before);
      add(after, position, collection);
    }

    /** Asked only where no plan was found. */
    @Override
    public boolean canHandle(Document query) { return false; }

    @Override
    public Iterable<Object> getPositions(Document query) { throw new UnsupportedOperationException(); }

    @Override
    public long getCount() { return entries.map.size(); }

    @Override
    public long getDataSize() { return getCount(); }

    @Override
    public void drop() { }
  }
}
