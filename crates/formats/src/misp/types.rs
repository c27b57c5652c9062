//! The types of attributes that MISP knows, with the category that each has where none is said and whether it is for
//! detection then, and which categories may have which types (MISP core format, categories and types of attributes).

/// A type, its usual category, and whether it is for detection where nothing is said.
const TYPES: [(&str, &str, bool); 194] = [
    ("md5", "Payload delivery", true),
    ("sha1", "Payload delivery", true),
    ("sha256", "Payload delivery", true),
    ("filename", "Payload delivery", true),
    ("pdb", "Artifacts dropped", false),
    ("filename|md5", "Payload delivery", true),
    ("filename|sha1", "Payload delivery", true),
    ("filename|sha256", "Payload delivery", true),
    ("ip-src", "Network activity", true),
    ("ip-dst", "Network activity", true),
    ("hostname", "Network activity", true),
    ("domain", "Network activity", true),
    ("domain|ip", "Network activity", true),
    ("email", "Social network", true),
    ("email-src", "Payload delivery", true),
    ("eppn", "Network activity", true),
    ("email-dst", "Network activity", true),
    ("email-subject", "Payload delivery", false),
    ("email-attachment", "Payload delivery", true),
    ("email-body", "Payload delivery", false),
    ("float", "Other", false),
    ("git-commit-id", "Internal reference", false),
    ("url", "Network activity", true),
    ("http-method", "Network activity", false),
    ("user-agent", "Network activity", false),
    ("ja3-fingerprint-md5", "Network activity", true),
    ("jarm-fingerprint", "Network activity", true),
    ("favicon-mmh3", "Network activity", true),
    ("hassh-md5", "Network activity", true),
    ("hasshserver-md5", "Network activity", true),
    ("regkey", "Persistence mechanism", true),
    ("regkey|value", "Persistence mechanism", true),
    ("AS", "Network activity", false),
    ("snort", "Network activity", true),
    ("suricata", "Network activity", true),
    ("bro", "Network activity", true),
    ("zeek", "Network activity", true),
    ("community-id", "Network activity", true),
    ("dom-hash", "Network activity", true),
    ("pattern-in-file", "Payload installation", true),
    ("pattern-in-traffic", "Network activity", true),
    ("pattern-in-memory", "Payload installation", true),
    ("filename-pattern", "Payload installation", true),
    ("pgp-public-key", "Person", false),
    ("pgp-private-key", "Person", false),
    ("ssh-fingerprint", "Network activity", false),
    ("yara", "Payload installation", true),
    ("stix2-pattern", "Payload installation", true),
    ("sigma", "Payload installation", true),
    ("gene", "Artifacts dropped", false),
    ("kusto-query", "Artifacts dropped", false),
    ("mime-type", "Artifacts dropped", false),
    ("identity-card-number", "Person", false),
    ("cookie", "Network activity", false),
    ("vulnerability", "External analysis", false),
    ("cpe", "External analysis", false),
    ("weakness", "External analysis", false),
    ("attachment", "External analysis", false),
    ("malware-sample", "Payload delivery", true),
    ("link", "External analysis", false),
    ("comment", "Other", false),
    ("text", "Other", false),
    ("hex", "Other", false),
    ("other", "Other", false),
    ("named pipe", "Artifacts dropped", false),
    ("mutex", "Artifacts dropped", true),
    ("process-state", "Artifacts dropped", false),
    ("target-user", "Targeting data", false),
    ("target-email", "Targeting data", false),
    ("target-machine", "Targeting data", false),
    ("target-org", "Targeting data", false),
    ("target-location", "Targeting data", false),
    ("target-external", "Targeting data", false),
    ("btc", "Financial fraud", true),
    ("dash", "Financial fraud", true),
    ("xmr", "Financial fraud", true),
    ("iban", "Financial fraud", true),
    ("bic", "Financial fraud", true),
    ("bank-account-nr", "Financial fraud", true),
    ("aba-rtn", "Financial fraud", true),
    ("bin", "Financial fraud", true),
    ("cc-number", "Financial fraud", true),
    ("prtn", "Financial fraud", true),
    ("phone-number", "Person", false),
    ("threat-actor", "Attribution", false),
    ("campaign-name", "Attribution", false),
    ("campaign-id", "Attribution", false),
    ("malware-type", "Payload delivery", false),
    ("uri", "Network activity", true),
    ("authentihash", "Payload delivery", true),
    ("vhash", "Payload delivery", true),
    ("ssdeep", "Payload delivery", true),
    ("imphash", "Payload delivery", true),
    ("telfhash", "Payload delivery", true),
    ("pehash", "Payload delivery", true),
    ("impfuzzy", "Payload delivery", true),
    ("sha224", "Payload delivery", true),
    ("sha384", "Payload delivery", true),
    ("sha512", "Payload delivery", true),
    ("sha512/224", "Payload delivery", true),
    ("sha512/256", "Payload delivery", true),
    ("sha3-224", "Payload delivery", true),
    ("sha3-256", "Payload delivery", true),
    ("sha3-384", "Payload delivery", true),
    ("sha3-512", "Payload delivery", true),
    ("tlsh", "Payload delivery", true),
    ("cdhash", "Payload delivery", true),
    ("filename|authentihash", "Payload delivery", true),
    ("filename|vhash", "Payload delivery", true),
    ("filename|ssdeep", "Payload delivery", true),
    ("filename|imphash", "Payload delivery", true),
    ("filename|impfuzzy", "Payload delivery", true),
    ("filename|pehash", "Payload delivery", true),
    ("filename|sha224", "Payload delivery", true),
    ("filename|sha384", "Payload delivery", true),
    ("filename|sha512", "Payload delivery", true),
    ("filename|sha512/224", "Payload delivery", true),
    ("filename|sha512/256", "Payload delivery", true),
    ("filename|sha3-224", "Payload delivery", true),
    ("filename|sha3-256", "Payload delivery", true),
    ("filename|sha3-384", "Payload delivery", true),
    ("filename|sha3-512", "Payload delivery", true),
    ("filename|tlsh", "Payload delivery", true),
    ("windows-scheduled-task", "Artifacts dropped", false),
    ("windows-service-name", "Artifacts dropped", false),
    ("windows-service-displayname", "Artifacts dropped", false),
    ("whois-registrant-email", "Attribution", false),
    ("whois-registrant-phone", "Attribution", false),
    ("whois-registrant-name", "Attribution", false),
    ("whois-registrant-org", "Attribution", false),
    ("whois-registrar", "Attribution", false),
    ("whois-creation-date", "Attribution", false),
    ("x509-fingerprint-sha1", "Network activity", true),
    ("x509-fingerprint-md5", "Network activity", true),
    ("x509-fingerprint-sha256", "Network activity", true),
    ("dns-soa-email", "Attribution", false),
    ("size-in-bytes", "Other", false),
    ("counter", "Other", false),
    ("integer", "Other", false),
    ("datetime", "Other", false),
    ("port", "Network activity", false),
    ("ip-dst|port", "Network activity", true),
    ("ip-src|port", "Network activity", true),
    ("hostname|port", "Network activity", true),
    ("mac-address", "Network activity", false),
    ("mac-eui-64", "Network activity", false),
    ("email-dst-display-name", "Payload delivery", false),
    ("email-src-display-name", "Payload delivery", false),
    ("email-header", "Payload delivery", false),
    ("email-reply-to", "Payload delivery", false),
    ("email-x-mailer", "Payload delivery", false),
    ("email-mime-boundary", "Payload delivery", false),
    ("email-thread-index", "Payload delivery", false),
    ("email-message-id", "Payload delivery", false),
    ("github-username", "Social network", false),
    ("github-repository", "Social network", false),
    ("github-organisation", "Social network", false),
    ("jabber-id", "Social network", false),
    ("twitter-id", "Social network", false),
    ("dkim", "Network activity", false),
    ("dkim-signature", "Network activity", false),
    ("first-name", "Person", false),
    ("middle-name", "Person", false),
    ("last-name", "Person", false),
    ("full-name", "Person", false),
    ("date-of-birth", "Person", false),
    ("place-of-birth", "Person", false),
    ("gender", "Person", false),
    ("passport-number", "Person", false),
    ("passport-country", "Person", false),
    ("passport-expiration", "Person", false),
    ("redress-number", "Person", false),
    ("nationality", "Person", false),
    ("visa-number", "Person", false),
    ("issue-date-of-the-visa", "Person", false),
    ("primary-residence", "Person", false),
    ("country-of-residence", "Person", false),
    ("special-service-request", "Person", false),
    ("frequent-flyer-number", "Person", false),
    ("travel-details", "Person", false),
    ("payment-details", "Person", false),
    ("place-port-of-original-embarkation", "Person", false),
    ("place-port-of-clearance", "Person", false),
    ("place-port-of-onward-foreign-destination", "Person", false),
    ("passenger-name-record-locator-number", "Person", false),
    ("mobile-application-id", "Payload delivery", true),
    ("azure-application-id", "Payload delivery", true),
    ("chrome-extension-id", "Payload delivery", true),
    ("edge-extension-id", "Payload delivery", true),
    ("cortex", "External analysis", false),
    ("boolean", "Other", false),
    ("uuid", "Other", false),
    ("anonymised", "Other", false),
    ("onion-address", "Network activity", true),
];

/// The types that each category may have, between semicolons.
const CATEGORIES: [(&str, &str); 16] = [
    (
        "Internal reference",
        "text;link;comment;other;hex;anonymised;git-commit-id",
    ),
    (
        "Targeting data",
        "target-user;target-email;target-machine;target-org;target-location;target-external;comment; \
         anonymised",
    ),
    (
        "Antivirus detection",
        "link;comment;text;hex;attachment;other;anonymised",
    ),
    (
        "Payload delivery",
        "md5;sha1;sha224;sha256;sha384;sha512;sha512/224;sha512/256;sha3-224;sha3-256;sha3-384;sha3-512; \
         ssdeep;imphash;telfhash;impfuzzy;authentihash;vhash;pehash;tlsh;cdhash;filename;filename|md5; \
         filename|sha1;filename|sha224;filename|sha256;filename|sha384;filename|sha512;filename|sha512/224; \
         filename|sha512/256;filename|sha3-224;filename|sha3-256;filename|sha3-384;filename|sha3-512; \
         filename|authentihash;filename|vhash;filename|ssdeep;filename|tlsh;filename|imphash; \
         filename|impfuzzy;filename|pehash;mac-address;mac-eui-64;ip-src;ip-dst;ip-dst|port;ip-src|port; \
         hostname;domain;email;email-src;email-dst;email-subject;email-attachment;email-body;url;user-agent; \
         AS;pattern-in-file;pattern-in-traffic;filename-pattern;stix2-pattern;yara;sigma;mime-type; \
         attachment;malware-sample;link;malware-type;comment;text;hex;vulnerability;cpe;weakness; \
         x509-fingerprint-sha1;x509-fingerprint-md5;x509-fingerprint-sha256;ja3-fingerprint-md5; \
         jarm-fingerprint;hassh-md5;hasshserver-md5;other;hostname|port;email-dst-display-name; \
         email-src-display-name;email-header;email-reply-to;email-x-mailer;email-mime-boundary; \
         email-thread-index;email-message-id;azure-application-id;mobile-application-id;chrome-extension-id; \
         edge-extension-id;whois-registrant-email;anonymised;onion-address",
    ),
    (
        "Artifacts dropped",
        "md5;sha1;sha224;sha256;sha384;sha512;sha512/224;sha512/256;sha3-224;sha3-256;sha3-384;sha3-512; \
         ssdeep;imphash;telfhash;impfuzzy;authentihash;vhash;cdhash;filename;filename|md5;filename|sha1; \
         filename|sha224;filename|sha256;filename|sha384;filename|sha512;filename|sha512/224; \
         filename|sha512/256;filename|sha3-224;filename|sha3-256;filename|sha3-384;filename|sha3-512; \
         filename|authentihash;filename|vhash;filename|ssdeep;filename|tlsh;filename|imphash; \
         filename|impfuzzy;filename|pehash;regkey;regkey|value;pattern-in-file;pattern-in-memory; \
         filename-pattern;pdb;stix2-pattern;yara;sigma;attachment;malware-sample;named pipe;mutex; \
         process-state;windows-scheduled-task;windows-service-name;windows-service-displayname;comment;text; \
         hex;x509-fingerprint-sha1;x509-fingerprint-md5;x509-fingerprint-sha256;other;cookie;gene; \
         kusto-query;mime-type;anonymised;pgp-public-key;pgp-private-key",
    ),
    (
        "Payload installation",
        "md5;sha1;sha224;sha256;sha384;sha512;sha512/224;sha512/256;sha3-224;sha3-256;sha3-384;sha3-512; \
         ssdeep;imphash;telfhash;impfuzzy;authentihash;vhash;pehash;tlsh;cdhash;filename;filename|md5; \
         filename|sha1;filename|sha224;filename|sha256;filename|sha384;filename|sha512;filename|sha512/224; \
         filename|sha512/256;filename|sha3-224;filename|sha3-256;filename|sha3-384;filename|sha3-512; \
         filename|authentihash;filename|vhash;filename|ssdeep;filename|tlsh;filename|imphash; \
         filename|impfuzzy;filename|pehash;pattern-in-file;pattern-in-traffic;pattern-in-memory; \
         filename-pattern;stix2-pattern;yara;sigma;vulnerability;cpe;weakness;attachment;malware-sample; \
         malware-type;comment;text;hex;x509-fingerprint-sha1;x509-fingerprint-md5;x509-fingerprint-sha256; \
         azure-application-id;mobile-application-id;chrome-extension-id;edge-extension-id;other;mime-type; \
         anonymised",
    ),
    (
        "Persistence mechanism",
        "filename;regkey;regkey|value;comment;text;other;hex;anonymised",
    ),
    (
        "Network activity",
        "ip-src;ip-dst;ip-dst|port;ip-src|port;port;hostname;domain;domain|ip;mac-address;mac-eui-64;email; \
         email-dst;email-src;eppn;url;uri;user-agent;http-method;AS;snort;suricata;pattern-in-file; \
         filename-pattern;stix2-pattern;pattern-in-traffic;attachment;comment;text;x509-fingerprint-md5; \
         x509-fingerprint-sha1;x509-fingerprint-sha256;ja3-fingerprint-md5;jarm-fingerprint;hassh-md5; \
         hasshserver-md5;other;hex;cookie;hostname|port;bro;zeek;anonymised;community-id;email-subject; \
         favicon-mmh3;dkim;dkim-signature;ssh-fingerprint;dom-hash;onion-address",
    ),
    ("Payload type", "comment;text;other;anonymised"),
    (
        "Attribution",
        "threat-actor;campaign-name;campaign-id;whois-registrant-phone;whois-registrant-email; \
         whois-registrant-name;whois-registrant-org;whois-registrar;whois-creation-date;comment;text; \
         x509-fingerprint-sha1;x509-fingerprint-md5;x509-fingerprint-sha256;other;dns-soa-email;anonymised; \
         email",
    ),
    (
        "External analysis",
        "md5;sha1;sha256;sha3-224;sha3-256;sha3-384;sha3-512;filename;filename|md5;filename|sha1; \
         filename|sha256;filename|sha3-224;filename|sha3-256;filename|sha3-384;filename|sha3-512;ip-src; \
         ip-dst;ip-dst|port;ip-src|port;mac-address;mac-eui-64;hostname;domain;domain|ip;url;user-agent; \
         regkey;regkey|value;AS;snort;suricata;bro;zeek;pattern-in-file;pattern-in-traffic;pattern-in-memory; \
         filename-pattern;vulnerability;cpe;weakness;attachment;malware-sample;link;comment;text; \
         x509-fingerprint-sha1;x509-fingerprint-md5;x509-fingerprint-sha256;ja3-fingerprint-md5; \
         jarm-fingerprint;hassh-md5;hasshserver-md5;github-repository;other;cortex;anonymised;community-id; \
         dom-hash;onion-address",
    ),
    (
        "Financial fraud",
        "btc;dash;xmr;iban;bic;bank-account-nr;aba-rtn;bin;cc-number;prtn;phone-number;comment;text;other; \
         hex;anonymised",
    ),
    ("Support Tool", "link;text;attachment;comment;other;hex;anonymised"),
    (
        "Social network",
        "github-username;github-repository;github-organisation;jabber-id;twitter-id;email;email-src; \
         email-dst;eppn;comment;text;other;whois-registrant-email;anonymised;pgp-public-key;pgp-private-key",
    ),
    (
        "Person",
        "first-name;middle-name;last-name;full-name;date-of-birth;place-of-birth;gender;passport-number; \
         passport-country;passport-expiration;redress-number;nationality;visa-number;issue-date-of-the-visa; \
         primary-residence;country-of-residence;special-service-request;frequent-flyer-number;travel-details; \
         payment-details;place-port-of-original-embarkation;place-port-of-clearance; \
         place-port-of-onward-foreign-destination;passenger-name-record-locator-number;comment;text;other; \
         phone-number;identity-card-number;anonymised;email;pgp-public-key;pgp-private-key",
    ),
    (
        "Other",
        "comment;text;other;size-in-bytes;counter;integer;datetime;cpe;port;float;hex;phone-number;boolean; \
         anonymised;pgp-public-key;pgp-private-key;uuid",
    ),
];

/// The usual category of a type, and whether it is for detection where nothing is said; none where there is no such type.
pub fn default_category(attribute_type: &str) -> Option<(&'static str, bool)> {
    let found = TYPES.iter().find(|(name, ..)| *name == attribute_type);
    found.map(|(_, category, to_ids)| (*category, *to_ids))
}

/// The types of attributes that there are.
pub fn attribute_types() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    TYPES.into_iter()
}

/// The categories that there are, each with the types that it may have.
pub fn attribute_categories() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let types = |types: &'static str| types.split(';').map(str::trim).collect();
    CATEGORIES
        .into_iter()
        .map(move |(category, listed)| (category, types(listed)))
}

#[cfg(test)]
mod tests {
    use super::{attribute_categories, attribute_types, default_category};

    #[test]
    fn every_type_is_in_its_usual_category() {
        for (name, category, _) in attribute_types() {
            let found = attribute_categories().find(|(one, _)| *one == category);
            assert!(
                found.is_some_and(|(_, types)| types.contains(&name)),
                "{name} is not in {category}"
            );
        }
        assert_eq!(default_category("ip-dst"), Some(("Network activity", true)));
        assert_eq!(default_category("no-such-type"), None);
    }
}
