import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Properties;
import java.util.TreeMap;

/** Reads a properties file and writes each key and value as UTF-16 in hexadecimal digits. */
class Load {
    public static void main(String[] words) throws Exception {
        var found = new Properties();
        try (InputStream file = Files.newInputStream(Path.of(words[0]))) {
            found.load(file);
        }
        new TreeMap<>(found).forEach((key, value) -> System.out.println(hex(key) + " " + hex(value)));
    }

    private static String hex(Object text) {
        var made = new StringBuilder("x");
        for (char unit : ((String) text).toCharArray()) {
            made.append(HexFormat.of().toHexDigits(unit));
        }
        return made.toString();
    }
}
