import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The job on Kafka Streams: posts, their topics, a repartition by topic, sliding counts, alerts.
 *
 * <p>Settings, as -Dname=value: guarantee (at_least_once), threads (2), store (memory, rocksdb), sum_ms (0: each hit is
 * repartitioned by itself; otherwise hits are added up for so long before, which a crash may lose), commit_ms.
 * It ends by itself when all posts and all their hits are counted.
 */
public final class Peer {
    static final AtomicLong READ = new AtomicLong();
    static final AtomicLong SENT = new AtomicLong();
    static final AtomicLong COUNTED = new AtomicLong();
    static final AtomicLong LATE = new AtomicLong();
    private static final int[] MINUTES = {1, 5};
    private static final int[] THRESHOLDS = {600, 2400};

    /** Posts become (topic, pane and posts in one number). */
    static final class Finder extends ContextualProcessor<byte[], byte[], String, Long> {
        private final Terms terms;
        private final long sumMs;
        private final JsonFactory json = new JsonFactory();
        private final Set<String> found = new HashSet<>();
        private final Map<String, Map<Long, Integer>> sums = new HashMap<>();

        Finder(Terms terms, long sumMs) {
            this.terms = terms;
            this.sumMs = sumMs;
        }

        @Override
        public void init(ProcessorContext<String, Long> context) {
            super.init(context);
            if (sumMs > 0) {
                context.schedule(Duration.ofMillis(sumMs), PunctuationType.WALL_CLOCK_TIME, now -> flush());
            }
        }

        @Override
        public void process(Record<byte[], byte[]> post) {
            found.clear();
            terms.find(text(post.value()), found);
            long pane = post.timestamp() / 10_000;
            for (String topic : found) {
                SENT.incrementAndGet();
                if (sumMs > 0) {
                    sums.computeIfAbsent(topic, key -> new HashMap<>()).merge(pane, 1, Integer::sum);
                } else {
                    context().forward(new Record<>(topic, pane << 32 | 1, post.timestamp()));
                }
            }
            READ.incrementAndGet();
        }

        private void flush() {
            sums.forEach((topic, panes) -> panes.forEach((pane, posts) ->
                    context().forward(new Record<>(topic, pane << 32 | posts, pane * 10_000))));
            sums.clear();
        }

        private String text(byte[] value) {
            try (JsonParser parser = json.createParser(value)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isText = parser.currentName().equals("text");
                    parser.nextToken();
                    if (isText) {
                        return rest(parser, parser.getText());
                    }
                    parser.skipChildren();
                }
                return "";
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        }

        /** Reads on to the end: a record that breaks off is no post. */
        private static String rest(JsonParser parser, String text) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                parser.nextToken();
                parser.skipChildren();
            }
            return text;
        }
    }

    /** (topic, pane and posts) become alerts. */
    static final class Counter extends ContextualProcessor<String, Long, String, String> {
        private KeyValueStore<String, Panes> store;

        @Override
        public void init(ProcessorContext<String, String> context) {
            super.init(context);
            store = context.getStateStore("panes");
        }

        @Override
        public void process(Record<String, Long> hit) {
            long pane = hit.value() >>> 32;
            int more = hit.value().intValue();
            Panes panes = store.get(hit.key());
            panes = panes == null ? new Panes() : panes;
            if (panes.add(pane, more)) {
                store.put(hit.key(), panes);
                for (int scale = 0; scale < MINUTES.length; scale++) {
                    test(hit, panes, pane, more, scale);
                }
            } else {
                LATE.incrementAndGet();
            }
            COUNTED.addAndGet(more);
        }

        /** Every window that the pane is in and that ends with posts is told when it crosses its threshold. */
        private void test(Record<String, Long> hit, Panes panes, long pane, int more, int scale) {
            int length = MINUTES[scale] * 6;
            for (long last = pane; last < pane + length && last <= panes.newest; last++) {
                if (panes.at(last) == 0) {
                    continue;
                }
                int sum = panes.sum(last, length);
                boolean isNew = sum - more < THRESHOLDS[scale] || panes.at(last) == more && last == pane;
                if (sum >= THRESHOLDS[scale] && isNew) {
                    String alert = "%s\t%d\t%d".formatted(hit.key(), MINUTES[scale], last);
                    context().forward(hit.withValue(alert));
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        String brokers = arguments[0];
        String input = arguments[1];
        String alerts = arguments[2];
        long posts = Long.parseLong(arguments[3]);
        Terms terms = new Terms(Path.of(arguments[4]));
        long begun = System.nanoTime();
        try (KafkaStreams streams = new KafkaStreams(topology(input, alerts, terms).build(), settings(brokers, arguments[5]))) {
            streams.start();
            long half = 0;
            long halfAt = 0;
            while (READ.get() < posts || SENT.get() > COUNTED.get()) {
                Thread.sleep(20);
                if (half == 0 && READ.get() >= posts / 2) {
                    half = READ.get();
                    halfAt = cpu();
                }
            }
            double warm = (cpu() - halfAt) / 1e9 / (posts - half) * 1e6;
            System.out.printf("{\"posts\": %d, \"hits\": %d, \"late\": %d, \"warm_cpu_s_per_million\": %.3f, \"wall_s\": %.2f}%n",
                    READ.get(), COUNTED.get(), LATE.get(), warm, (System.nanoTime() - begun) / 1e9);
        }
    }

    private static StreamsBuilder topology(String input, String alerts, Terms terms) {
        long sumMs = Long.getLong("sum_ms", 0);
        StreamsBuilder builder = new StreamsBuilder();
        boolean inMemory = System.getProperty("store", "memory").equals("memory");
        StoreBuilder<KeyValueStore<String, Panes>> store = Stores.keyValueStoreBuilder(
                inMemory ? Stores.inMemoryKeyValueStore("panes") : Stores.persistentKeyValueStore("panes"),
                Serdes.String(), Panes.serde()).withCachingEnabled();
        builder.addStateStore(store);
        builder.stream(input, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(() -> new Finder(terms, sumMs))
                .repartition(Repartitioned.with(Serdes.String(), Serdes.Long()).withName("hits").withNumberOfPartitions(8))
                .process(Counter::new, "panes")
                .to(alerts, Produced.with(Serdes.String(), Serdes.String()));
        return builder;
    }

    private static Properties settings(String brokers, String name) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/" + name);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, System.getProperty("guarantee", "at_least_once"));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.getInteger("threads", 2));
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Integer.getInteger("commit_ms", 30_000));
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64 * 1024 * 1024);
        settings.put("auto.offset.reset", "earliest");
        settings.put("compression.type", "lz4");
        settings.put("producer.batch.size", 256 * 1024);
        settings.put("producer.linger.ms", 50);
        settings.put("max.poll.records", 5000);
        return settings;
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
