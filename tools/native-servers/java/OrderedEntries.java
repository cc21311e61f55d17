import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.ValueComparator;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The entries of one index in order. A key that is shorter comes before those that begin with it. */
final class OrderedEntries {
  /** In a bound: behind every value, in whichever direction the field is kept. */
  static final Object BEHIND = new Object();

  final TreeMap<KeyValue, Object> map;
  private boolean holdsAll = true;

  OrderedEntries(List<IndexKey> keys) {
    map = new TreeMap<>(comparing(keys));
  }

  /** Whether every document stands here, and once: not so where values are lists. Otherwise it is of no use for questions. */
  boolean holdsAll() { return holdsAll; }

  void lacksSome() { holdsAll = false; }

  Set<KeyValue> noted(Set<KeyValue> keysOfOne) {
    if (keysOfOne.size() != 1) lacksSome();
    return keysOfOne;
  }

  private static Comparator<KeyValue> comparing(List<IndexKey> keys) {
    Comparator<Object> up = ValueComparator.ascWithoutListHandling();
    boolean[] ascending = new boolean[keys.size()];
    for (int at = 0; at < ascending.length; at += 1) ascending[at] = keys.get(at).isAscending();
    return (one, other) -> {
      int shared = Math.min(one.size(), other.size());
      for (int at = 0; at < shared; at += 1) {
        Object left = one.get(at);
        Object right = other.get(at);
        if (left == BEHIND || right == BEHIND) return left == right ? 0 : left == BEHIND ? 1 : -1;
        int order = ascending[at] ? up.compare(left, right) : up.compare(right, left);
        if (order != 0) return order;
      }
      return Integer.compare(one.size(), other.size());
    };
  }
}
