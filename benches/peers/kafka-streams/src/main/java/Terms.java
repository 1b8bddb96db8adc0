import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Finds watch terms (one word, or two) and hashtags in a text, each once. */
final class Terms {
    private final Map<String, String> words = new HashMap<>();
    private final Map<String, Map<String, String>> pairs = new HashMap<>();

    Terms(Path list) throws IOException {
        for (String term : Files.readAllLines(list)) {
            String topic = "watch:" + term.replace(' ', '-');
            int blank = term.indexOf(' ');
            if (blank < 0) {
                words.put(term, topic);
            } else {
                Map<String, String> seconds = pairs.computeIfAbsent(term.substring(0, blank), key -> new HashMap<>());
                seconds.put(term.substring(blank + 1), topic);
            }
        }
    }

    void find(String text, Set<String> found) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        Map<String, String> seconds = null;
        int end = lower.length();
        for (int at = 0; at < end; ) {
            char first = lower.charAt(at);
            if (first == '#') {
                int start = ++at;
                while (at < end && isTag(lower.charAt(at))) {
                    at++;
                }
                if (at > start) {
                    found.add("tag:" + lower.substring(start, at));
                }
                seconds = null;
            } else if (Character.isLetter(first)) {
                int start = at++;
                while (at < end && Character.isLetter(lower.charAt(at))) {
                    at++;
                }
                String word = lower.substring(start, at);
                String pair = seconds == null ? null : seconds.get(word);
                String topic = pair != null ? pair : words.get(word);
                if (topic != null) {
                    found.add(topic);
                }
                seconds = pairs.get(word);
            } else {
                at++;
            }
        }
    }

    private static boolean isTag(char letter) {
        return Character.isLetterOrDigit(letter) || letter == '_';
    }
}
