import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** What one topic counted in the last panes of ten seconds: five minutes and room for posts that come late. */
final class Panes {
    static final int KEPT = 96;
    long newest = -1;
    final int[] posts = new int[KEPT];

    /** Adds posts to a pane; false for one that is no longer kept. */
    boolean add(long pane, int more) {
        if (newest >= 0 && pane <= newest - KEPT) {
            return false;
        }
        if (pane > newest) {
            long from = newest < 0 ? pane - KEPT : Math.max(newest, pane - KEPT);
            for (long empty = from + 1; empty <= pane; empty++) {
                posts[(int) (empty % KEPT)] = 0;
            }
            newest = pane;
        }
        posts[(int) (pane % KEPT)] += more;
        return true;
    }

    int at(long pane) {
        return pane > newest || pane <= newest - KEPT ? 0 : posts[(int) (pane % KEPT)];
    }

    /** Posts of the window of so many panes that ends with `last`. */
    int sum(long last, int length) {
        int sum = 0;
        for (long pane = last - length + 1; pane <= last; pane++) {
            sum += at(pane);
        }
        return sum;
    }

    static Serde<Panes> serde() {
        Serializer<Panes> write = (name, panes) -> {
            if (panes == null) {
                return null;
            }
            ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * KEPT).putLong(panes.newest);
            bytes.asIntBuffer().put(panes.posts);
            return bytes.array();
        };
        Deserializer<Panes> read = (name, bytes) -> {
            if (bytes == null) {
                return null;
            }
            Panes panes = new Panes();
            ByteBuffer from = ByteBuffer.wrap(bytes);
            panes.newest = from.getLong();
            from.asIntBuffer().get(panes.posts);
            return panes;
        };
        return Serdes.serdeFrom(write, read);
    }
}
