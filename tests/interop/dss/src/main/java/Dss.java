import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Dss ROOT.pem: reads lines of words with tabs between them, answers each with lines and an empty one.
 *
 * judge offline|online DAYS FILE PASSWORD    that many days from now, by DSS's own policy; a line for each signature and
 *                                            timestamp: "signature" or "timestamp", level, indication, complaints, warnings
 * extend LEVEL TSA FILE PASSWORD OUT         to PAdES_BASELINE_LTA and the like
 */
public final class Dss {
    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();

    private Dss(String root) {
        trusted.addCertificate(DSSUtils.loadCertificate(new File(root)));
    }

    public static void main(String[] args) throws IOException {
        Dss dss = new Dss(args[0]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.print(dss.answer(line.split("\t", -1)).stream().map(s -> s + "\n").collect(Collectors.joining()) + "\n");
            out.flush();
        }
    }

    private List<String> answer(String[] words) {
        try {
            return words[0].equals("extend")
                ? extend(words[1], words[2], document(words[3]), words[4], words[5])
                : judge(words[1].equals("online"), Duration.ofDays(Long.parseLong(words[2])), document(words[3]), words[4]);
        } catch (Exception | LinkageError e) {
            return List.of(row("error", e.getClass().getName(), String.valueOf(e.getMessage()), "", ""));
        }
    }

    private static DSSDocument document(String path) {
        return new FileDocument(path);
    }

    /** Offline, nobody is asked for anything: what counts is in the file. */
    private CommonCertificateVerifier verifier(boolean online) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setAIASource(null);
        if (online) {
            verifier.setOcspSource(new OnlineOCSPSource());
            verifier.setCrlSource(new OnlineCRLSource());
        }
        return verifier;
    }

    private List<String> judge(boolean online, Duration later, DSSDocument document, String password) {
        PDFDocumentValidator validator = new PDFDocumentValidator(document);
        validator.setPasswordProtection(password.toCharArray());
        validator.setCertificateVerifier(verifier(online));
        validator.setValidationTime(Date.from(Instant.now().plus(later)));
        SimpleReport report = validator.validateDocument().getSimpleReport();
        List<String> rows = new ArrayList<>();
        for (String id : report.getSignatureIdList()) {
            rows.add(row("signature", report.getSignatureFormat(id), indication(report, id), complaints(report, id), warnings(report, id)));
            report.getSignatureTimestamps(id).forEach(stamp -> rows.add(row("timestamp", "",
                stamp.getIndication() + (stamp.getSubIndication() == null ? "" : "/" + stamp.getSubIndication()), "", "")));
        }
        for (String id : report.getTimestampIdList()) {
            rows.add(row("timestamp", "", indication(report, id), complaints(report, id), warnings(report, id)));
        }
        return rows;
    }

    private List<String> extend(String level, String tsa, DSSDocument document, String password, String out) throws IOException {
        PAdESService service = new PAdESService(verifier(true));
        service.setTspSource(new OnlineTSPSource(tsa));
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.valueOf(level));
        parameters.setPasswordProtection(password.toCharArray());
        service.extendDocument(document, parameters).save(out);
        return List.of();
    }

    private static String row(Object... words) {
        return Stream.of(words).map(word -> String.valueOf(word).replaceAll("\\s+", " ")).collect(Collectors.joining("\t"));
    }

    private static String indication(SimpleReport report, String id) {
        return report.getIndication(id) + (report.getSubIndication(id) == null ? "" : "/" + report.getSubIndication(id));
    }

    private static String complaints(SimpleReport report, String id) {
        return texts(report.getAdESValidationErrors(id));
    }

    private static String warnings(SimpleReport report, String id) {
        return texts(report.getAdESValidationWarnings(id));
    }

    private static String texts(List<Message> messages) {
        return messages.stream().map(Message::getValue).distinct().collect(Collectors.joining(" "));
    }
}
