#include "base/own.h"
#include "cms/path.h"
#include "tests/cms/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { DAY = 86400 };

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A root, an authority and a person; what a row leaves out is as it should be. */
typedef struct row {
    const char *sentence;
    pds_finding_code expected; /* NONE: the path is valid */
    pki_profile root, middle, leaf;
    pds_finding_code also;
    const pds_use_rule *use; /* NULL: document */
    const pds_path_policy *policy;
    int at;       /* days from now */
    int earliest; /* likewise; 0: nothing is known */
    bool proven;
    bool short_middle, short_leaf; /* RSA of 1024 bits */
} row;

#define NC(value)  .more = LIST("nameConstraints", "critical," value)
#define SAN(value) .more = LIST("subjectAltName", value)

#define CP(value)       .more = LIST("certificatePolicies", value)
#define EXPLICIT(value) .more = LIST("policyConstraints", value, "certificatePolicies", "1.2.3.4")
#define SUBTREE_C                        \
    "133011a40f300d310b3009060355040613" \
    "02" /* a directory name of one country */
#define DER_NC(hex) .more = LIST("2.5.29.30", "critical,DER:30" hex) /* from the length on */

static const pds_path_policy WANTS_A_POLICY = { .policies = LIST("1.2.3.5", "1.2.3.4") };

static const row ROWS[] = {
    { "a path as it should be", PDS_F_NONE, .proven = false },

    /* RFC 5280, 6.1.3 (a): validity */
    { "a leaf that expired, without proof", PDS_F_CERT_OUT_OF_BOUNDS,
      .leaf = { .begins = -20L * DAY, .ends = -10L * DAY } },
    { "a leaf that was valid when the signature is proven to have existed", PDS_F_NONE,
      .leaf = { .begins = -20L * DAY, .ends = -10L * DAY },
      .root = { .begins = -30L * DAY, .ends = 30L * DAY },
      .middle = { .begins = -30L * DAY, .ends = 30L * DAY }, .at = -15, .proven = true },
    { "a leaf that had expired by the time of the proof", PDS_F_CERT_OUT_OF_BOUNDS,
      .leaf = { .begins = -20L * DAY, .ends = -10L * DAY }, .proven = true },
    { "a signature proven to be made after the end", PDS_F_CERT_EXPIRED,
      .leaf = { .begins = -20L * DAY, .ends = -10L * DAY }, .earliest = -5 },
    { "a signature proven to be made before the end", PDS_F_CERT_OUT_OF_BOUNDS,
      .leaf = { .begins = -20L * DAY, .ends = -10L * DAY }, .earliest = -12 },
    { "a leaf of the future", PDS_F_CERT_OUT_OF_BOUNDS,
      .leaf = { .begins = 10L * DAY, .ends = 20L * DAY } },
    { "a signature older than its certificate", PDS_F_CERT_NOT_YET_VALID,
      .leaf = { .begins = 10L * DAY, .ends = 20L * DAY }, .proven = true },
    { "an authority that expired", PDS_F_CHAIN_CERT_OUT_OF_BOUNDS,
      .middle = { .begins = -20L * DAY, .ends = -10L * DAY } },
    { "an authority of the future", PDS_F_CHAIN_CERT_OUT_OF_BOUNDS,
      .middle = { .begins = 10L * DAY, .ends = 20L * DAY } },
    { "an anchor that expired", PDS_F_CHAIN_CERT_OUT_OF_BOUNDS,
      .root = { .begins = -20L * DAY, .ends = -10L * DAY } },

    /* 6.1.4 (k) to (n): authorities */
    { "an issuer without basicConstraints", PDS_F_CHAIN_ISSUER_NOT_CA,
      .middle = { .constraints = "" } },
    { "an issuer that is none", PDS_F_CHAIN_ISSUER_NOT_CA,
      .middle = { .constraints = "critical,CA:FALSE" } },
    { "an issuer of version 1", PDS_F_CHAIN_ISSUER_NOT_CA, .middle = { .version_1 = true } },
    { "an anchor of version 1", PDS_F_NONE, .root = { .version_1 = true } },
    { "an anchor that is no authority", PDS_F_CHAIN_ISSUER_NOT_CA,
      .root = { .constraints = "CA:FALSE" } },
    { "an issuer without keyCertSign", PDS_F_CHAIN_ISSUER_NOT_CA,
      .middle = { .key_usage = "critical,cRLSign,digitalSignature" } },
    { "an issuer without key usage", PDS_F_NONE, .middle = { .key_usage = "" } },
    { "pathLen 0 above the last authority", PDS_F_NONE,
      .middle = { .constraints = "critical,CA:TRUE,pathlen:0" } },
    { "pathLen 0 of the anchor", PDS_F_CHAIN_PATH_LENGTH,
      .root = { .constraints = "critical,CA:TRUE,pathlen:0" } },
    { "pathLen 1 of the anchor", PDS_F_NONE,
      .root = { .constraints = "critical,CA:TRUE,pathlen:1" } },
    { "pathLen of one who is no authority means nothing", PDS_F_NONE,
      .leaf = { .constraints = "CA:FALSE,pathlen:1" } },

    /* extensions */
    { "an unknown critical extension of the leaf", PDS_F_CHAIN_CRITICAL_EXTENSION,
      .leaf = { .more = LIST("1.2.3.4", "critical,DER:0500") } },
    { "an unknown critical extension of an authority", PDS_F_CHAIN_CRITICAL_EXTENSION,
      .middle = { .more = LIST("1.2.3.4", "critical,DER:0500") } },
    { "an unknown extension", PDS_F_NONE, .leaf = { .more = LIST("1.2.3.4", "DER:0500") } },
    { "an unknown extension twice", PDS_F_CHAIN_EXTENSION_MALFORMED,
      .leaf = { .more = LIST("1.2.3.4", "DER:0500", "1.2.3.4", "DER:0500") } },
    { "key usage twice", PDS_F_CHAIN_EXTENSION_MALFORMED,
      .leaf = { .more = LIST("keyUsage", "digitalSignature") } },
    { "basicConstraints that can't be read", PDS_F_CHAIN_EXTENSION_MALFORMED,
      .also = PDS_F_CHAIN_ISSUER_NOT_CA,
      .middle = { .constraints = "", .more = LIST("2.5.29.19", "critical,DER:0401ff") } },
    { "a proxy certificate", PDS_F_CHAIN_CRITICAL_EXTENSION,
      .leaf = { .more = LIST("1.3.6.1.5.5.7.1.14", "critical,DER:300c300a06082b06010505071501") } },
    { "critical distribution points", PDS_F_NONE,
      .leaf = { .more = LIST("crlDistributionPoints", "critical,URI:http://x/crl") } },

    /* 4.2.1.3 and 4.2.1.12: use */
    { "only nonRepudiation", PDS_F_NONE, .leaf = { .key_usage = "critical,nonRepudiation" } },
    { "only digitalSignature", PDS_F_NONE, .leaf = { .key_usage = "critical,digitalSignature" } },
    { "no key usage", PDS_F_NONE, .leaf = { .key_usage = "" } },
    { "only keyEncipherment", PDS_F_CERT_KEY_USAGE,
      .leaf = { .key_usage = "critical,keyEncipherment" } },
    { "only keyAgreement", PDS_F_CERT_KEY_USAGE, .leaf = { .key_usage = "critical,keyAgreement" } },
    { "emailProtection", PDS_F_NONE, .leaf = { .purposes = "emailProtection" } },
    { "documentSigning", PDS_F_NONE, .leaf = { .purposes = "critical,1.3.6.1.5.5.7.3.36" } },
    { "Adobe's purpose", PDS_F_NONE, .leaf = { .purposes = "1.2.840.113583.1.1.5" } },
    { "Microsoft's purpose", PDS_F_NONE, .leaf = { .purposes = "1.3.6.1.4.1.311.10.3.12" } },
    { "any purpose", PDS_F_NONE, .leaf = { .purposes = "anyExtendedKeyUsage" } },
    { "clientAuth", PDS_F_NONE, .leaf = { .purposes = "clientAuth" } },
    { "serverAuth", PDS_F_CERT_PURPOSE, .leaf = { .purposes = "serverAuth" } },
    { "codeSigning", PDS_F_CERT_PURPOSE, .leaf = { .purposes = "codeSigning" } },
    { "timeStamping", PDS_F_CERT_PURPOSE, .leaf = { .purposes = "critical,timeStamping" } },
    { "OCSPSigning", PDS_F_CERT_PURPOSE, .leaf = { .purposes = "OCSPSigning" } },
    { "all of those", PDS_F_CERT_PURPOSE, .leaf = { .purposes = "serverAuth,codeSigning" } },
    { "serverAuth beside emailProtection", PDS_F_NONE,
      .leaf = { .purposes = "serverAuth,emailProtection" } },
    { "an authority for servers", PDS_F_CERT_PURPOSE, .middle = { .purposes = "serverAuth" } },
    { "an authority for mail", PDS_F_NONE, .middle = { .purposes = "emailProtection" } },
    { "an anchor for servers", PDS_F_NONE, .root = { .purposes = "serverAuth" } },
    { "a timestamping authority", PDS_F_NONE, .use = &pds_use_timestamp,
      .leaf = { .purposes = "critical,timeStamping" } },
    { "a person for timestamps", PDS_F_CERT_PURPOSE, .use = &pds_use_timestamp },
    { "timeStamping that is not critical", PDS_F_CERT_PURPOSE, .use = &pds_use_timestamp,
      .leaf = { .purposes = "timeStamping" } },
    { "timeStamping among others", PDS_F_CERT_PURPOSE, .use = &pds_use_timestamp,
      .leaf = { .purposes = "critical,timeStamping,emailProtection" } },
    { "a person for lists", PDS_F_CERT_KEY_USAGE, .use = &pds_use_crl },
    { "one who signs lists", PDS_F_NONE, .use = &pds_use_crl,
      .leaf = { .key_usage = "critical,cRLSign" } },

    /* 6.1.3 (b), (c) and 4.2.1.10: names */
    { "a permitted country", PDS_F_NONE,
      .middle = { DER_NC("15"
                         "a0" SUBTREE_C "434e") } },
    { "another country", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { DER_NC("15"
                         "a0" SUBTREE_C "4445") } },
    { "an excluded country", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { DER_NC("15"
                         "a1" SUBTREE_C "434e") } },
    { "another one is excluded", PDS_F_NONE,
      .middle = { DER_NC("15"
                         "a1" SUBTREE_C "4445") } },
    { "constraints of the anchor hold for all", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .root = { DER_NC("15"
                       "a0" SUBTREE_C "4445") } },
    { "constraints that are not critical hold too", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { .more = LIST("nameConstraints", "permitted;email:a.example") },
      .leaf = { SAN("email:li@b.example") } },
    { "a permitted mail host", PDS_F_NONE, .middle = { NC("permitted;email:a.example") },
      .leaf = { SAN("email:li@a.example") } },
    { "another mail host", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("permitted;email:a.example") }, .leaf = { SAN("email:li@b.a.example") } },
    { "mail below a permitted domain", PDS_F_NONE, .middle = { NC("permitted;email:.a.example") },
      .leaf = { SAN("email:li@b.a.example") } },
    { "an excluded mailbox", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("excluded;email:li@a.example") }, .leaf = { SAN("email:li@a.example") } },
    { "one of two addresses", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("permitted;email:a.example") },
      .leaf = { SAN("email:li@a.example,email:li@b.example") } },
    { "no name of the constrained kind", PDS_F_NONE,
      .middle = { NC("permitted;email:a.example") } },
    { "a permitted domain", PDS_F_NONE, .middle = { NC("permitted;DNS:a.example") },
      .leaf = { SAN("DNS:www.a.example") } },
    { "another domain", PDS_F_CHAIN_NAME_CONSTRAINTS, .middle = { NC("permitted;DNS:a.example") },
      .leaf = { SAN("DNS:xa.example") } },
    { "an excluded domain", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("excluded;DNS:a.example") }, .leaf = { SAN("DNS:www.a.example") } },
    { "a permitted URI", PDS_F_NONE, .middle = { NC("permitted;URI:.a.example") },
      .leaf = { SAN("URI:https://www.a.example/li") } },
    { "another URI", PDS_F_CHAIN_NAME_CONSTRAINTS, .middle = { NC("permitted;URI:.a.example") },
      .leaf = { SAN("URI:https://www.b.example/li") } },
    { "an excluded URI", PDS_F_CHAIN_NAME_CONSTRAINTS, .middle = { NC("excluded;URI:.a.example") },
      .leaf = { SAN("URI:https://www.a.example/li") } },
    { "a permitted address", PDS_F_NONE, .middle = { NC("permitted;IP:10.0.0.0/255.0.0.0") },
      .leaf = { SAN("IP:10.1.2.3") } },
    { "another address", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("permitted;IP:10.0.0.0/255.0.0.0") }, .leaf = { SAN("IP:11.1.2.3") } },
    { "an excluded address", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { NC("excluded;IP:10.0.0.0/255.0.0.0") }, .leaf = { SAN("IP:10.1.2.3") } },
    { "a constraint of a kind that is not known", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { DER_NC("09"
                         "a007300588032a0304") },
      .leaf = { SAN("RID:1.2.3.4") } },
    { "such a constraint without such a name", PDS_F_NONE,
      .middle = { DER_NC("09"
                         "a007300588032a0304") } },
    { "a constraint with a minimum", PDS_F_CHAIN_NAME_CONSTRAINTS,
      .middle = { DER_NC("0c"
                         "a00a30088203612e62800101") },
      .leaf = { SAN("DNS:x.a.b") } },
    { "constraints that can't be read", PDS_F_CHAIN_EXTENSION_MALFORMED,
      .middle = { .more = LIST("2.5.29.30", "critical,DER:0401ff") } },

    /* 6.1.3 (d) to (f): policies */
    { "a policy that is wanted", PDS_F_NONE, .policy = &WANTS_A_POLICY, .middle = { CP("1.2.3.4") },
      .leaf = { CP("1.2.3.9,1.2.3.4") } },
    { "a policy that the leaf lacks", PDS_F_CHAIN_POLICY, .policy = &WANTS_A_POLICY,
      .middle = { CP("1.2.3.4") } },
    { "a policy that the authority lacks", PDS_F_CHAIN_POLICY, .policy = &WANTS_A_POLICY,
      .middle = { CP("1.2.3.5") }, .leaf = { CP("1.2.3.4") } },
    { "an authority of any policy", PDS_F_NONE, .policy = &WANTS_A_POLICY,
      .middle = { CP("2.5.29.32.0") }, .leaf = { CP("1.2.3.4") } },
    { "any policy where that is inhibited", PDS_F_CHAIN_POLICY, .policy = &WANTS_A_POLICY,
      .middle = { .more =
                      LIST("certificatePolicies", "1.2.3.4", "inhibitAnyPolicy", "critical,0") },
      .leaf = { CP("2.5.29.32.0") } },
    { "any policy where that is not yet inhibited", PDS_F_NONE, .policy = &WANTS_A_POLICY,
      .middle = { .more =
                      LIST("certificatePolicies", "1.2.3.4", "inhibitAnyPolicy", "critical,1") },
      .leaf = { CP("2.5.29.32.0") } },
    { "an authority that demands one", PDS_F_CHAIN_POLICY,
      .middle = { EXPLICIT("critical,requireExplicitPolicy:0") } },
    { "an authority that demands one and gets it", PDS_F_NONE,
      .middle = { EXPLICIT("critical,requireExplicitPolicy:0") }, .leaf = { CP("1.2.3.4") } },
    { "an authority that demands one too far below", PDS_F_NONE,
      .middle = { EXPLICIT("critical,requireExplicitPolicy:5") } },
    { "an anchor that demands one", PDS_F_CHAIN_POLICY,
      .root = { .more = LIST("policyConstraints", "critical,requireExplicitPolicy:1") } },
    { "a mapping where none is needed", PDS_F_NONE,
      .middle = { .more = LIST("certificatePolicies", "1.2.3.4", "policyMappings",
                               "critical,1.2.3.4:1.2.3.6") } },
    { "a mapping where a policy is needed", PDS_F_CHAIN_POLICY, .policy = &WANTS_A_POLICY,
      .middle = { .more = LIST("certificatePolicies", "1.2.3.4", "policyMappings",
                               "critical,1.2.3.4:1.2.3.6") },
      .leaf = { CP("1.2.3.4") } },
    { "policy constraints that can't be read", PDS_F_CHAIN_POLICY,
      .middle = { .more = LIST("2.5.29.36", "critical,DER:0401ff") } },

    /* strength */
    { "a short RSA key", PDS_F_KEY_WEAK, .short_leaf = true },
    { "a short RSA key of an authority", PDS_F_KEY_WEAK, .short_middle = true },
    { "a curve that is not allowed", PDS_F_KEY_WEAK, .leaf = { .key = PKI_SECP256K1 } },
    { "a brainpool curve", PDS_F_NONE, .leaf = { .key = PKI_BRAINPOOL } },
    { "DSA", PDS_F_KEY_WEAK, .leaf = { .key = PKI_DSA } },
    { "Ed25519 all the way", PDS_F_NONE, .root = { .key = PKI_ED25519 },
      .middle = { .key = PKI_ED25519 }, .leaf = { .key = PKI_ED25519 } },
    { "RSASSA-PSS with SHA-384", PDS_F_NONE, .middle = { .key = PKI_RSA_PSS_2048 } },
    { "RSA PKCS#1", PDS_F_NONE, .middle = { .key = PKI_RSA_2048 } },
    { "a leaf signed with SHA-1", PDS_F_DIGEST_WEAK, .leaf = { .digest = "SHA1" } },
    { "an authority signed with SHA-1", PDS_F_DIGEST_WEAK, .middle = { .digest = "SHA1" } },
    { "an anchor signed with SHA-1", PDS_F_NONE, .root = { .digest = "SHA1" } },
    { "a leaf signed with SHA-224", PDS_F_DIGEST_WEAK, .leaf = { .digest = "SHA224" } },
};

/* "" in a row: none at all. */
static const char *or_usual(const char *given, const char *usual)
{
    return given == NULL ? usual : *given == '\0' ? NULL : given;
}

static pki *make(const pki_profile *of, const char *name, const pki *issuer, bool short_key)
{
    pki_profile p = *of;
    const bool authority = strcmp(name, "Person") != 0;
    p.key = short_key ? PKI_RSA_1024 : p.key == PKI_RSA_1024 ? PKI_P256 : p.key;
    p.name = name;
    p.issuer = issuer;
    p.constraints = or_usual(p.constraints, authority ? "critical,CA:TRUE" : NULL);
    p.key_usage = or_usual(p.key_usage, authority ? "critical,keyCertSign,cRLSign"
                                                  : "critical,digitalSignature,nonRepudiation");
    p.key_identifier = true;
    return pki_new(&p);
}

static void expect(const pds_findings *found, pds_finding_code expected, pds_finding_code also)
{
    for (size_t i = 0; i < found->count; i++) {
        if (found->items[i].code != expected && (i == 0 || found->items[i].code != also)) {
            fail_msg("%s: %s", pds_finding_name(found->items[i].code), found->items[i].text);
        }
    }
    assert_true((found->count > 0) == (expected != PDS_F_NONE));
}

static void judge(const row *r, pki *const made[3])
{
    PDS_OWN(pds_trust_drop) pds_trust *trust = NULL;
    PDS_OWN(pds_certs_drop) pds_certs pool = { 0 };
    PDS_OWN(pds_cert_drop) pds_cert *leaf = pki_cert(made[2]);
    PDS_OWN(pds_path_drop) pds_path path = { .anchored = false };
    PDS_OWN(pds_findings_drop) pds_findings found = { 0 };
    const time_t now = time(NULL);
    const pds_when when = { .at = now + (time_t)r->at * DAY,
                            .proven = r->proven,
                            .earliest = r->earliest == 0 ? 0 : now + (time_t)r->earliest * DAY };
    assert_int_equal(pds_trust_new(&trust, NULL), PDS_OK);
    assert_int_equal(pds_trust_add(trust, pki_cert(made[0]), NULL), PDS_OK);
    assert_int_equal(pds_certs_add(&pool, pki_cert(made[1]), NULL), PDS_OK);
    const pds_path_rules rules = { trust, r->policy };
    const pds_use_rule *use = r->use == NULL ? &pds_use_document : r->use;
    assert_int_equal(pds_path_find(&rules, leaf, &pool, use, &when, &path, &found, NULL), PDS_OK);
    expect(&found, r->expected, r->also);
    assert_true(path.anchored);
    assert_int_equal(path.certs.count, 3);
    assert_int_equal(pds_trust_checked(trust), 2);
}

static void path_is_judged(void **state)
{
    const row *r = *state;
    pki *made[3];
    made[0] = make(&r->root, "Root", NULL, false);
    made[1] = make(&r->middle, "Authority", made[0], r->short_middle);
    made[2] = make(&r->leaf, "Person", made[1], r->short_leaf);
    judge(r, made);
    for (size_t i = 0; i < 3; i++) {
        pki_drop(&made[i]);
    }
}

int main(void)
{
    enum { COUNT = sizeof ROWS / sizeof ROWS[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].sentence,
                                        .test_func = path_is_judged,
                                        .initial_state = (void *)(uintptr_t)&ROWS[i] };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
