import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import java.util.List;

/** mongo-java-server on one file: {@code Main FILE PORT}. Says "listening" once it does. */
public class Main {
  public static void main(String[] args) throws Exception {
    OrderedBackend backend = new OrderedBackend(args[0]);
    // The version it says by itself is one that the driver does not take.
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
      public String toVersionString() { return "5.0.0"; }
      public int getWireVersion() { return 13; }
    });
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening");
  }
}
