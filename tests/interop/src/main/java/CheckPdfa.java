import java.io.File;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Says for each FLAVOUR=FILE (1b, 2u, 3a, 4 …) whether the file is PDF/A of that flavour:
 * a line "ok" or "no", a tab and the file, then one line for each rule it breaks. Exit 1 if any does.
 */
public final class CheckPdfa {
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        boolean all = true;
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            all &= check(PDFAFlavour.fromString(argument.substring(0, equals)),
                         new File(argument.substring(equals + 1)));
        }
        System.exit(all ? 0 : 1);
    }

    private static boolean check(PDFAFlavour flavour, File file) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println((result.isCompliant() ? "ok\t" : "no\t") + file);
            result.getTestAssertions().stream()
                  .map(broken -> "  " + broken.getRuleId().getClause() + " " + broken.getMessage())
                  .distinct().forEach(System.out::println);
            return result.isCompliant();
        }
    }
}
