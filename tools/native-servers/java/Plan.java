import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How an index answers a question: the stretches of it in which every matching document stands. Others may stand there too; the collection
 * matches what it is given.
 */
final class Plan {
  /** Between two bounds, both inclusive; from the beginning where `from` is null. */
  private record Stretch(KeyValue from, KeyValue to) { }

  private final OrderedEntries entries;
  private final List<Stretch> stretches;
  private final int fieldsBound;
  private final boolean isBackward;
  private final boolean isInOrder;

  private Plan(OrderedEntries entries, List<Stretch> stretches, int fieldsBound, boolean isBackward, boolean isInOrder) {
    this.entries = entries;
    this.stretches = stretches;
    this.fieldsBound = fieldsBound;
    this.isBackward = isBackward;
    this.isInOrder = isInOrder;
  }

  /** The plan by the index that narrows most, and sorts; null where no index helps. */
  static Plan best(Document query, Document orderBy, List<Index<Object>> indexes) {
    Map<String, List<Object>> asked = new LinkedHashMap<>();
    collect(query, asked);
    Plan best = null;
    for (Index<Object> index : indexes) {
      if (!(index instanceof OrderedIndex ordered) || !ordered.entries().holdsAll()) continue;
      Plan plan = by(ordered, asked, orderBy);
      if (plan != null && (best == null || plan.worth() > best.worth())) best = plan;
    }
    return best;
  }

  /** Whether the positions come in the order that was asked for. */
  boolean isInOrder() { return isInOrder; }

  private int worth() { return 2 * fieldsBound + (isInOrder ? 1 : 0); }

  Iterable<Object> positions() {
    return () -> new Iterator<>() {
      private final Iterator<Stretch> left = stretches.iterator();
      private Iterator<Object> here = List.of().iterator();

      @Override
      public boolean hasNext() {
        while (!here.hasNext() && left.hasNext()) here = within(left.next()).values().iterator();
        return here.hasNext();
      }

      @Override
      public Object next() {
        hasNext();
        return here.next();
      }
    };
  }

  private NavigableMap<KeyValue, Object> within(Stretch stretch) {
    NavigableMap<KeyValue, Object> all = entries.map;
    if (stretch.from != null && entries.map.comparator().compare(stretch.from, stretch.to) > 0) return new TreeMap<>();
    NavigableMap<KeyValue, Object> some =
        stretch.from == null ? all.headMap(stretch.to, true) : all.subMap(stretch.from, true, stretch.to, true);
    return isBackward ? some.descendingMap() : some;
  }

  /** What is asked of each field, also within $and. */
  private static void collect(Document query, Map<String, List<Object>> asked) {
    for (Map.Entry<String, Object> one : query.entrySet()) {
      if (one.getKey().equals("$and")) {
        for (Object part : (Collection<?>) one.getValue()) collect((Document) part, asked);
      } else if (!one.getKey().startsWith("$")) {
        asked.computeIfAbsent(one.getKey(), key -> new ArrayList<>()).add(one.getValue());
      }
    }
  }

  private static Plan by(OrderedIndex index, Map<String, List<Object>> asked, Document orderBy) {
    List<IndexKey> keys = index.getKeys();
    List<List<Object>> prefixes = List.of(List.of());
    int bound = 0;
    int sameInAll = 0;
    for (; bound < keys.size(); bound += 1) {
      Collection<Object> values = valuesOf(asked.get(keys.get(bound).getKey()));
      if (values == null) break;
      if (values.size() == 1 && sameInAll == bound) sameInAll += 1;
      prefixes = combined(prefixes, values);
    }
    Range range = bound < keys.size() ? Range.of(asked.get(keys.get(bound).getKey())) : new Range();
    boolean isAscending = bound == keys.size() || keys.get(bound).isAscending();
    List<Stretch> stretches = new ArrayList<>();
    for (List<Object> prefix : prefixes) stretches.add(range.behind(prefix, isAscending));
    boolean hasOrder = orderBy != null && !orderBy.isEmpty();
    boolean isSorted = hasOrder && (sameInAll == bound);
    Boolean backward = isSorted ? direction(keys, bound, orderBy, asked) : null;
    int fieldsBound = bound + (range.isOpen() ? 0 : 1);
    if (fieldsBound == 0 && backward == null) return null;
    boolean isInOrder = !hasOrder || backward != null;
    return new Plan(index.entries(), stretches, fieldsBound, Boolean.TRUE.equals(backward), isInOrder);
  }

  /** Whether the index is to be read backward to give the order; null where it gives it in neither direction. */
  private static Boolean direction(List<IndexKey> keys, int bound, Document orderBy, Map<String, List<Object>> asked) {
    int at = 0;
    Boolean backward = null;
    for (Map.Entry<String, Object> one : orderBy.entrySet()) {
      if (!(one.getValue() instanceof Number wanted)) return null;
      // All have the same there.
      if (isBound(keys, bound, one.getKey())) continue;
      int next = Math.max(at, bound);
      if (next >= keys.size() || !keys.get(next).getKey().equals(one.getKey())) return null;
      boolean isTurned = keys.get(next).isAscending() != (wanted.intValue() > 0);
      if (backward != null && backward != isTurned) return null;
      backward = isTurned;
      at = next + 1;
    }
    return backward == null ? Boolean.FALSE : backward;
  }

  private static boolean isBound(List<IndexKey> keys, int bound, String field) {
    for (int at = 0; at < bound; at += 1) if (keys.get(at).getKey().equals(field)) return true;
    return false;
  }

  private static List<List<Object>> combined(List<List<Object>> prefixes, Collection<Object> values) {
    List<List<Object>> longer = new ArrayList<>(prefixes.size() * values.size());
    for (List<Object> prefix : prefixes) {
      for (Object value : values) {
        List<Object> one = new ArrayList<>(prefix);
        one.add(value);
        longer.add(one);
      }
    }
    return longer;
  }

  /** The values that a field must have one of, in order; null where that is not what is asked. */
  private static Collection<Object> valuesOf(List<Object> conditions) {
    for (Object condition : conditions == null ? List.of() : conditions) {
      if (isOperators(condition)) {
        Document operators = (Document) condition;
        if (operators.containsKey("$eq") && isOne(operators.get("$eq"))) return Collections.singletonList(normal(operators.get("$eq")));
        if (operators.get("$in") instanceof Collection<?> some && some.stream().allMatch(Plan::isOne)) {
          TreeSet<Object> inOrder = new TreeSet<>(ValueComparator.ascWithoutListHandling());
          for (Object value : some) inOrder.add(normal(value));
          return inOrder;
        }
      } else if (isOne(condition)) {
        return Collections.singletonList(normal(condition));
      }
    }
    return null;
  }

  private static boolean isOperators(Object condition) {
    return condition instanceof Document document && document.keySet().stream().anyMatch(key -> key.startsWith("$"));
  }

  private static boolean isOne(Object value) {
    return !(value instanceof Collection) && !isOperators(value) && !BsonRegularExpression.isRegularExpression(value);
  }

  private static Object normal(Object value) { return new KeyValue(value).normalized().get(0); }

  /** From where to where a field's values are asked for. */
  private static final class Range {
    private Object least = OrderedEntries.BEHIND;
    private boolean withLeast;
    private Object most = OrderedEntries.BEHIND;
    private boolean withMost;

    static Range of(List<Object> conditions) {
      Range range = new Range();
      for (Object condition : conditions == null ? List.of() : conditions) {
        if (!isOperators(condition)) continue;
        for (Map.Entry<String, Object> one : ((Document) condition).entrySet()) range.take(one.getKey(), one.getValue());
      }
      return range;
    }

    private void take(String operator, Object value) {
      if (!isOne(value) || value == null) return;
      Object bound = normal(value);
      boolean isWith = operator.equals("$gte") || operator.equals("$lte");
      if (operator.equals("$gt") || operator.equals("$gte")) {
        int order = least == OrderedEntries.BEHIND ? 1 : compare(bound, least);
        withLeast = order > 0 ? isWith : withLeast && (order < 0 || isWith);
        if (order > 0) least = bound;
      } else if (operator.equals("$lt") || operator.equals("$lte")) {
        int order = most == OrderedEntries.BEHIND ? -1 : compare(bound, most);
        withMost = order < 0 ? isWith : withMost && (order > 0 || isWith);
        if (order < 0) most = bound;
      }
    }

    private static int compare(Object one, Object other) {
      return ValueComparator.ascWithoutListHandling().compare(one, other);
    }

    boolean isOpen() { return least == OrderedEntries.BEHIND && most == OrderedEntries.BEHIND; }

    Stretch behind(List<Object> prefix, boolean isAscending) {
      Object first = isAscending ? least : most;
      boolean withFirst = isAscending ? withLeast : withMost;
      Object last = isAscending ? most : least;
      boolean withLast = isAscending ? withMost : withLeast;
      List<Object> from = new ArrayList<>(prefix);
      if (first != OrderedEntries.BEHIND) from.add(first);
      if (first != OrderedEntries.BEHIND && !withFirst) from.add(OrderedEntries.BEHIND);
      List<Object> to = new ArrayList<>(prefix);
      to.add(last);
      if (last != OrderedEntries.BEHIND && withLast) to.add(OrderedEntries.BEHIND);
      return new Stretch(from.isEmpty() ? null : new KeyValue(from), new KeyValue(to));
    }
  }
}
