import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureInterface;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.visible.PDVisibleSigProperties;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.visible.PDVisibleSignDesigner;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAttributeTableGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** SignAll P12 PIN-FILE FOLDER [--seal PNG] PDF...: PDFBox signs each PDF into FOLDER (PAdES B-B), on its last page
 *  with the picture if one is given; key and picture are loaded once. */
public final class SignAll {
    private static final Logger QUIET = Logger.getLogger("org.apache.pdfbox"); // says much with a picture
    private static final int SEAL_SIDE = 119; // points: 42 mm
    private final CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    private byte[] seal;

    private SignAll(PrivateKey key, Certificate[] chain) throws Exception {
        X509Certificate own = (X509Certificate) chain[0];
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(own.getEncoded());
        ASN1EncodableVector ownAttributes = new ASN1EncodableVector();
        ownAttributes.add(new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new DERSet(new SigningCertificateV2(new ESSCertIDv2(hash)))));
        DefaultSignedAttributeTableGenerator usual =
                new DefaultSignedAttributeTableGenerator(new AttributeTable(ownAttributes));
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                        .setSignedAttributeGenerator(new Attributes(usual))
                        .build(new JcaContentSignerBuilder(algorithm).build(key), own));
        generator.addCertificates(new JcaCertStore(Arrays.asList(chain)));
    }

    /** Without signingTime, which a PAdES baseline signature does not have. */
    private record Attributes(CMSAttributeTableGenerator usual) implements CMSAttributeTableGenerator {
        @Override
        public AttributeTable getAttributes(@SuppressWarnings("rawtypes") Map parameters) {
            return usual.getAttributes(parameters).remove(CMSAttributes.signingTime)
                    .remove(CMSAttributes.cmsAlgorithmProtect);
        }
    }

    private byte[] container(InputStream signed) throws IOException {
        try {
            return generator.generate(new CMSProcessableByteArray(signed.readAllBytes()), false).getEncoded();
        } catch (CMSException e) {
            throw new IOException(e);
        }
    }

    private void show(PDDocument document, SignatureOptions options) throws IOException {
        int page = document.getNumberOfPages();
        PDVisibleSignDesigner designer = new PDVisibleSignDesigner(document, new ByteArrayInputStream(seal), page);
        designer.xAxis(420).yAxis(660).width(SEAL_SIDE).height(SEAL_SIDE);
        PDVisibleSigProperties properties = new PDVisibleSigProperties();
        properties.visualSignEnabled(true).setPdVisibleSignature(designer).buildSignature();
        options.setVisualSignature(properties.getVisibleSignature());
        options.setPage(page - 1);
    }

    private void sign(File source, File target) throws IOException {
        SignatureInterface signer = this::container;
        try (PDDocument document = Loader.loadPDF(source);
                SignatureOptions options = new SignatureOptions();
                OutputStream out = new BufferedOutputStream(new FileOutputStream(target), 1 << 16)) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ETSI_CADES_DETACHED);
            signature.setSignDate(Calendar.getInstance());
            options.setPreferredSignatureSize(4096);
            if (seal != null) {
                show(document, options);
            }
            document.addSignature(signature, signer, options);
            document.saveIncremental(out);
        }
    }

    public static void main(String[] args) throws Exception {
        QUIET.setLevel(Level.WARNING);
        char[] pin = Files.readString(Path.of(args[1])).trim().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(args[0])) {
            store.load(in, pin);
        }
        String alias = store.aliases().nextElement();
        SignAll all = new SignAll((PrivateKey) store.getKey(alias, pin), store.getCertificateChain(alias));
        int first = 3;
        if (args[first].equals("--seal")) {
            all.seal = Files.readAllBytes(Path.of(args[first + 1]));
            first += 2;
        }
        for (int i = first; i < args.length; i++) {
            File source = new File(args[i]);
            all.sign(source, new File(args[2], source.getName()));
        }
    }
}
