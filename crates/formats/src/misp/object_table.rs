//! Which property of which observable an attribute of an object template stands for.
//!
//! A target is a property, or a path of properties with `/` between; its first letter says how the value is read:
//! `#` integer, `@` time, `*` one of a list, `!` truth value, `%` hash, `&` number of an autonomous system, else text.

/// A template whose object becomes one observable.
pub(super) struct Template {
    pub name: &'static str,
    pub kind: &'static str,
    /// Properties that the template itself implies.
    pub fixed: &'static [(&'static str, &'static str)],
    pub fields: &'static [(&'static str, &'static str)],
}

/// Relations that are hashes of a file, in every template about files.
pub(super) const HASHES: [(&str, &str); 19] = [
    ("md5", "%MD5"),
    ("sha1", "%SHA-1"),
    ("sha224", "%SHA-224"),
    ("sha256", "%SHA-256"),
    ("sha384", "%SHA-384"),
    ("sha512", "%SHA-512"),
    ("sha512/224", "%SHA-512-224"),
    ("sha512/256", "%SHA-512-256"),
    ("sha3-224", "%SHA3-224"),
    ("sha3-256", "%SHA3-256"),
    ("sha3-384", "%SHA3-384"),
    ("sha3-512", "%SHA3-512"),
    ("ssdeep", "%SSDEEP"),
    ("tlsh", "%TLSH"),
    ("authentihash", "%AUTHENTIHASH"),
    ("imphash", "%IMPHASH"),
    ("pehash", "%PEHASH"),
    ("telfhash", "%TELFHASH"),
    ("vhash", "%VHASH"),
];

const ACCOUNT: &[(&str, &str)] = &[("account-id", "user_id"), ("account-name", "account_login")];

/// The templates.
pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "android-app",
        kind: "software",
        fixed: &[],
        fields: &[("name", "name")],
    },
    Template {
        name: "asn",
        kind: "autonomous-system",
        fixed: &[],
        fields: &[("asn", "&number"), ("description", "name")],
    },
    Template {
        name: "cpe-asset",
        kind: "software",
        fixed: &[],
        fields: &[
            ("cpe", "cpe"),
            ("language", "*languages"),
            ("product", "name"),
            ("vendor", "vendor"),
            ("version", "version"),
        ],
    },
    Template {
        name: "credential",
        kind: "user-account",
        fixed: &[],
        fields: &[("username", "user_id"), ("password", "credential")],
    },
    Template {
        name: "directory",
        kind: "directory",
        fixed: &[],
        fields: &[
            ("path", "path"),
            ("path-encoding", "path_enc"),
            ("creation-time", "@ctime"),
            ("modification-time", "@mtime"),
            ("access-time", "@atime"),
        ],
    },
    Template {
        name: "facebook-account",
        kind: "user-account",
        fixed: &[("account_type", "facebook")],
        fields: ACCOUNT,
    },
    Template {
        name: "parler-account",
        kind: "user-account",
        fixed: &[("account_type", "parler")],
        fields: ACCOUNT,
    },
    Template {
        name: "reddit-account",
        kind: "user-account",
        fixed: &[("account_type", "reddit")],
        fields: ACCOUNT,
    },
    Template {
        name: "github-user",
        kind: "user-account",
        fixed: &[("account_type", "github")],
        fields: &[
            ("id", "user_id"),
            ("username", "account_login"),
            ("user-fullname", "display_name"),
        ],
    },
    Template {
        name: "gitlab-user",
        kind: "user-account",
        fixed: &[("account_type", "gitlab")],
        fields: &[
            ("id", "user_id"),
            ("username", "account_login"),
            ("name", "display_name"),
        ],
    },
    Template {
        name: "telegram-account",
        kind: "user-account",
        fixed: &[("account_type", "telegram")],
        fields: &[("id", "user_id"), ("username", "account_login")],
    },
    Template {
        name: "twitter-account",
        kind: "user-account",
        fixed: &[("account_type", "twitter")],
        fields: &[
            ("id", "user_id"),
            ("name", "account_login"),
            ("displayed-name", "display_name"),
        ],
    },
    Template {
        name: "user-account",
        kind: "user-account",
        fixed: &[],
        fields: &[
            ("user-id", "user_id"),
            ("username", "account_login"),
            ("account-type", "account_type"),
            ("display-name", "display_name"),
            ("password", "credential"),
            ("can_escalate_privs", "!can_escalate_privs"),
            ("disabled", "!is_disabled"),
            ("is_service_account", "!is_service_account"),
            ("privileged", "!is_privileged"),
            ("created", "@account_created"),
            ("expires", "@account_expires"),
            ("first_login", "@account_first_login"),
            ("last_login", "@account_last_login"),
            ("password_last_changed", "@credential_last_changed"),
            ("group-id", "extensions/unix-account-ext/#gid"),
            ("group", "extensions/unix-account-ext/*groups"),
            ("home_dir", "extensions/unix-account-ext/home_dir"),
            ("shell", "extensions/unix-account-ext/shell"),
        ],
    },
    Template {
        name: "hashlookup",
        kind: "file",
        fixed: &[],
        fields: &[
            ("FileName", "name"),
            ("FileSize", "#size"),
            ("MD5", "%MD5"),
            ("SHA-1", "%SHA-1"),
            ("SHA-256", "%SHA-256"),
            ("SSDEEP", "%SSDEEP"),
            ("TLSH", "%TLSH"),
        ],
    },
    Template {
        name: "mutex",
        kind: "mutex",
        fixed: &[],
        fields: &[("name", "name")],
    },
    Template {
        name: "url",
        kind: "url",
        fixed: &[],
        fields: &[("url", "value")],
    },
    Template {
        name: "x509",
        kind: "x509-certificate",
        fixed: &[],
        fields: &[
            ("x509-fingerprint-md5", "%MD5"),
            ("x509-fingerprint-sha1", "%SHA-1"),
            ("x509-fingerprint-sha256", "%SHA-256"),
            ("version", "version"),
            ("serial-number", "serial_number"),
            ("signature_algorithm", "signature_algorithm"),
            ("issuer", "issuer"),
            ("subject", "subject"),
            ("validity-not-before", "@validity_not_before"),
            ("validity-not-after", "@validity_not_after"),
            ("pubkey-info-algorithm", "subject_public_key_algorithm"),
            ("pubkey-info-modulus", "subject_public_key_modulus"),
            ("pubkey-info-exponent", "#subject_public_key_exponent"),
        ],
    },
    Template {
        name: "file",
        kind: "file",
        fixed: &[],
        fields: &[
            ("filename", "name"),
            ("size-in-bytes", "#size"),
            ("file-encoding", "name_enc"),
            ("mimetype", "mime_type"),
            ("creation-time", "@ctime"),
            ("modification-time", "@mtime"),
            ("access-time", "@atime"),
        ],
    },
    Template {
        name: "image",
        kind: "file",
        fixed: &[],
        fields: &[("filename", "name")],
    },
    Template {
        name: "lnk",
        kind: "file",
        fixed: &[],
        fields: &[
            ("filename", "name"),
            ("size-in-bytes", "#size"),
            ("lnk-creation-time", "@ctime"),
            ("lnk-modification-time", "@mtime"),
            ("lnk-access-time", "@atime"),
        ],
    },
    Template {
        name: "artifact",
        kind: "artifact",
        fixed: &[],
        fields: &[
            ("mime_type", "mime_type"),
            ("encryption_algorithm", "encryption_algorithm"),
            ("decryption_key", "decryption_key"),
            ("url", "url"),
        ],
    },
    Template {
        name: "registry-key",
        kind: "windows-registry-key",
        fixed: &[],
        fields: &[("key", "key"), ("last-modified", "@modified_time")],
    },
    Template {
        name: "registry-key-value",
        kind: "windows-registry-key",
        fixed: &[],
        fields: &[],
    },
    Template {
        name: "process",
        kind: "process",
        fixed: &[],
        fields: &[
            ("pid", "#pid"),
            ("command-line", "command_line"),
            ("current-directory", "cwd"),
            ("creation-time", "@created_time"),
            ("hidden", "!is_hidden"),
        ],
    },
];

/// Properties of the Windows executable extension of a file, by relation of the `pe` template.
pub(super) const EXECUTABLE: &[(&str, &str)] = &[
    ("type", "extensions/windows-pebinary-ext/pe_type"),
    ("imphash", "extensions/windows-pebinary-ext/imphash"),
    ("number-sections", "extensions/windows-pebinary-ext/#number_of_sections"),
    (
        "entrypoint-address",
        "extensions/windows-pebinary-ext/optional_header/#address_of_entry_point",
    ),
];

/// The template of a name.
pub(super) fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// Relations of a template whose name, as a rule, is the object's own pattern: the rule, its language, its name.
pub(super) fn rule(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match name {
        "nova-rule" => ("raw-rule", "nova", "rule-name"),
        "owasp-crs-rule" => ("raw-rule", "crs", "rule-id"),
        "sigma" => ("sigma", "sigma", "sigma-rule-name"),
        "suricata" => ("suricata", "suricata", "suricata-rule-name"),
        "wazuh-rule" => ("wazuh-rule", "wazuh", "rule-id"),
        "yara" => ("yara", "yara", "yara-rule-name"),
        _ => return None,
    })
}
