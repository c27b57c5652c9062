//! The cyber-observable objects of STIX 2.1 section 6; their predefined extensions are in `extension`.

use super::extension::{
    ARCHIVE, HTTP_REQUEST, ICMP, NTFS, PDF, RASTER_IMAGE, SOCKET, TCP, UNIX_ACCOUNT, WINDOWS_PE, WINDOWS_PROCESS,
    WINDOWS_SERVICE,
};
use super::rules;
use super::shape::Kind::{Any, Bool, Choice, Dictionary, Hashes, Integer, List, Reference, Struct};
use super::shape::Kind::{Syntax as Written, Text, Time};
use super::shape::{Kind, Rule, Shape, Syntax, Target, may, must};

/// Integers have 54 bits with the sign (section 2.10).
pub(super) const LARGEST: i64 = (1 << 53) - 1;
pub(super) const COUNT: Kind = Integer(0, LARGEST);
const PORT: Kind = Integer(0, 65_535);
const ARTIFACT: Target = Target::Of(&["artifact"]);
const MAILBOX: Target = Target::Of(&["email-addr"]);
const ENDPOINT: Target = Target::Of(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"]);
const TRAFFIC: Target = Target::Of(&["network-traffic"]);
const ACCOUNT: Target = Target::Of(&["user-account"]);
const PROCESS_TARGET: Target = Target::Of(&["process"]);

/// The shape of a cyber-observable object type.
pub(super) fn shape(object_type: &str) -> Option<&'static Shape> {
    Some(match object_type {
        "artifact" => &ARTIFACT_SHAPE,
        "autonomous-system" => &AUTONOMOUS_SYSTEM,
        "directory" => &DIRECTORY,
        "domain-name" => &DOMAIN_NAME,
        "email-addr" => &EMAIL_ADDR,
        "email-message" => &EMAIL_MESSAGE,
        "file" => &FILE,
        "ipv4-addr" => &IPV4_ADDR,
        "ipv6-addr" => &IPV6_ADDR,
        "mac-addr" => &MAC_ADDR,
        "mutex" => &MUTEX,
        "network-traffic" => &NETWORK_TRAFFIC,
        "process" => &PROCESS,
        "software" => &SOFTWARE,
        "url" => &URL,
        "user-account" => &USER_ACCOUNT,
        "windows-registry-key" => &WINDOWS_REGISTRY_KEY,
        "x509-certificate" => &X509_CERTIFICATE,
        _ => return None,
    })
}

static ARTIFACT_SHAPE: Shape = Shape::ruled(
    &[
        may("mime_type", Text),
        may("payload_bin", Written(Syntax::Base64)),
        may("url", Written(Syntax::Url)),
        may("hashes", Hashes),
        may(
            "encryption_algorithm",
            Choice(&["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"]),
        ),
        may("decryption_key", Text),
    ],
    &[
        Rule::Some(&["payload_bin", "url"]),
        Rule::NotBoth("payload_bin", "url"),
        Rule::Needs("url", "hashes"),
        Rule::Needs("decryption_key", "encryption_algorithm"),
    ],
);

static AUTONOMOUS_SYSTEM: Shape = Shape::plain(&[must("number", COUNT), may("name", Text), may("rir", Text)]);

static DIRECTORY: Shape = Shape::ruled(
    &[
        must("path", Text),
        may("path_enc", Text),
        may("ctime", Time),
        may("mtime", Time),
        may("atime", Time),
        may("contains_refs", List(&Reference(Target::Of(&["file", "directory"])))),
    ],
    &[Rule::Needs("path_enc", "path")],
);

static DOMAIN_NAME: Shape = Shape::plain(&[
    must("value", Written(Syntax::Domain)),
    may(
        "resolves_to_refs",
        List(&Reference(Target::Of(&["ipv4-addr", "ipv6-addr", "domain-name"]))),
    ),
]);

static EMAIL_ADDR: Shape = Shape::plain(&[
    must("value", Written(Syntax::Mailbox)),
    may("display_name", Text),
    may("belongs_to_ref", Reference(ACCOUNT)),
]);

static EMAIL_MESSAGE: Shape = Shape::ruled(
    &[
        must("is_multipart", Bool),
        may("date", Time),
        may("content_type", Text),
        may("from_ref", Reference(MAILBOX)),
        may("sender_ref", Reference(MAILBOX)),
        may("to_refs", List(&Reference(MAILBOX))),
        may("cc_refs", List(&Reference(MAILBOX))),
        may("bcc_refs", List(&Reference(MAILBOX))),
        may("message_id", Text),
        may("subject", Text),
        may("received_lines", List(&Text)),
        may("additional_header_fields", Dictionary(&Any)),
        may("body", Text),
        may("body_multipart", List(&Struct(&MIME_PART))),
        may("raw_email_ref", Reference(ARTIFACT)),
    ],
    &[Rule::Special(rules::email_body)],
);

static MIME_PART: Shape = Shape::ruled(
    &[
        may("body", Text),
        may("body_raw_ref", Reference(Target::Of(&["artifact", "file"]))),
        may("content_type", Text),
        may("content_disposition", Text),
    ],
    &[Rule::Some(&["body", "body_raw_ref"])],
);

static FILE: Shape = Shape::ruled(
    &[
        may("hashes", Hashes),
        may("size", COUNT),
        may("name", Text),
        may("name_enc", Text),
        may("magic_number_hex", Written(Syntax::Hex)),
        may("mime_type", Text),
        may("ctime", Time),
        may("mtime", Time),
        may("atime", Time),
        may("parent_directory_ref", Reference(Target::Of(&["directory"]))),
        may("contains_refs", List(&Reference(Target::Observable))),
        may("content_ref", Reference(ARTIFACT)),
    ],
    &[Rule::Some(&["hashes", "name"]), Rule::Needs("name_enc", "name")],
)
.extended(&[
    ("archive-ext", &ARCHIVE),
    ("ntfs-ext", &NTFS),
    ("pdf-ext", &PDF),
    ("raster-image-ext", &RASTER_IMAGE),
    ("windows-pebinary-ext", &WINDOWS_PE),
]);

static IPV4_ADDR: Shape = Shape::plain(&[
    must("value", Written(Syntax::Ipv4)),
    may("resolves_to_refs", List(&Reference(Target::Of(&["mac-addr"])))),
    may("belongs_to_refs", List(&Reference(Target::Of(&["autonomous-system"])))),
]);

static IPV6_ADDR: Shape = Shape::plain(&[
    must("value", Written(Syntax::Ipv6)),
    may("resolves_to_refs", List(&Reference(Target::Of(&["mac-addr"])))),
    may("belongs_to_refs", List(&Reference(Target::Of(&["autonomous-system"])))),
]);

static MAC_ADDR: Shape = Shape::plain(&[must("value", Written(Syntax::Mac))]);

static MUTEX: Shape = Shape::plain(&[must("name", Text)]);

static NETWORK_TRAFFIC: Shape = Shape::ruled(
    &[
        may("start", Time),
        may("end", Time),
        may("is_active", Bool),
        may("src_ref", Reference(ENDPOINT)),
        may("dst_ref", Reference(ENDPOINT)),
        may("src_port", PORT),
        may("dst_port", PORT),
        must("protocols", List(&Text)),
        may("src_byte_count", COUNT),
        may("dst_byte_count", COUNT),
        may("src_packets", COUNT),
        may("dst_packets", COUNT),
        may("ipfix", Dictionary(&Any)),
        may("src_payload_ref", Reference(ARTIFACT)),
        may("dst_payload_ref", Reference(ARTIFACT)),
        may("encapsulates_refs", List(&Reference(TRAFFIC))),
        may("encapsulated_by_ref", Reference(TRAFFIC)),
    ],
    &[
        Rule::Some(&["src_ref", "dst_ref"]),
        Rule::NotBefore("start", "end"),
        Rule::Special(rules::active_traffic_has_no_end),
    ],
)
.extended(&[
    ("http-request-ext", &HTTP_REQUEST),
    ("icmp-ext", &ICMP),
    ("socket-ext", &SOCKET),
    ("tcp-ext", &TCP),
]);

static PROCESS: Shape = Shape::ruled(
    &[
        may("is_hidden", Bool),
        may("pid", COUNT),
        may("created_time", Time),
        may("cwd", Text),
        may("command_line", Text),
        may("environment_variables", Dictionary(&Text)),
        may("opened_connection_refs", List(&Reference(TRAFFIC))),
        may("creator_user_ref", Reference(ACCOUNT)),
        may("image_ref", Reference(Target::Of(&["file"]))),
        may("parent_ref", Reference(PROCESS_TARGET)),
        may("child_refs", List(&Reference(PROCESS_TARGET))),
    ],
    &[Rule::SomeOwn],
)
.extended(&[
    ("windows-process-ext", &WINDOWS_PROCESS),
    ("windows-service-ext", &WINDOWS_SERVICE),
]);

static SOFTWARE: Shape = Shape::plain(&[
    must("name", Text),
    may("cpe", Written(Syntax::Cpe)),
    may("swid", Text),
    may("languages", List(&Written(Syntax::Language))),
    may("vendor", Text),
    may("version", Text),
]);

static URL: Shape = Shape::plain(&[must("value", Written(Syntax::Url))]);

static USER_ACCOUNT: Shape = Shape::ruled(
    &[
        may("user_id", Text),
        may("credential", Text),
        may("account_login", Text),
        may("account_type", Text),
        may("display_name", Text),
        may("is_service_account", Bool),
        may("is_privileged", Bool),
        may("can_escalate_privs", Bool),
        may("is_disabled", Bool),
        may("account_created", Time),
        may("account_expires", Time),
        may("credential_last_changed", Time),
        may("account_first_login", Time),
        may("account_last_login", Time),
    ],
    &[Rule::SomeOwn],
)
.extended(&[("unix-account-ext", &UNIX_ACCOUNT)]);

static WINDOWS_REGISTRY_KEY: Shape = Shape::ruled(
    &[
        may("key", Written(Syntax::RegistryKey)),
        may("values", List(&Struct(&WINDOWS_REGISTRY_VALUE))),
        may("modified_time", Time),
        may("creator_user_ref", Reference(ACCOUNT)),
        may("number_of_subkeys", COUNT),
    ],
    &[Rule::SomeOwn],
);

static WINDOWS_REGISTRY_VALUE: Shape = Shape::ruled(
    &[
        may("name", Text),
        may("data", Text),
        may(
            "data_type",
            Choice(&[
                "REG_NONE",
                "REG_SZ",
                "REG_EXPAND_SZ",
                "REG_BINARY",
                "REG_DWORD",
                "REG_DWORD_BIG_ENDIAN",
                "REG_DWORD_LITTLE_ENDIAN",
                "REG_LINK",
                "REG_MULTI_SZ",
                "REG_RESOURCE_LIST",
                "REG_FULL_RESOURCE_DESCRIPTION",
                "REG_RESOURCE_REQUIREMENTS_LIST",
                "REG_QWORD",
                "REG_INVALID_TYPE",
            ]),
        ),
    ],
    &[Rule::SomeOwn],
);

static X509_CERTIFICATE: Shape = Shape::ruled(
    &[
        may("is_self_signed", Bool),
        may("hashes", Hashes),
        may("version", Text),
        may("serial_number", Text),
        may("signature_algorithm", Text),
        may("issuer", Text),
        may("validity_not_before", Time),
        may("validity_not_after", Time),
        may("subject", Text),
        may("subject_public_key_algorithm", Text),
        may("subject_public_key_modulus", Text),
        may("subject_public_key_exponent", COUNT),
        may("x509_v3_extensions", Struct(&X509_V3)),
    ],
    &[Rule::SomeOwn],
);

static X509_V3: Shape = Shape::ruled(
    &[
        may("basic_constraints", Text),
        may("name_constraints", Text),
        may("policy_constraints", Text),
        may("key_usage", Text),
        may("extended_key_usage", Text),
        may("subject_key_identifier", Text),
        may("authority_key_identifier", Text),
        may("subject_alternative_name", Text),
        may("issuer_alternative_name", Text),
        may("subject_directory_attributes", Text),
        may("crl_distribution_points", Text),
        may("inhibit_any_policy", Text),
        may("private_key_usage_period_not_before", Time),
        may("private_key_usage_period_not_after", Time),
        may("certificate_policies", Text),
        may("policy_mappings", Text),
    ],
    &[Rule::SomeOwn],
);
