//! Which MISP attribute stands for which property of STIX.

/// The type and category of the attribute for a path, as in `file:hashes.MD5`.
pub(super) fn attribute(path: &str) -> Option<(&'static str, &'static str)> {
    const NETWORK: &str = "Network activity";
    const PAYLOAD: &str = "Payload delivery";
    if let Some(hash) = path.strip_prefix("file:hashes.") {
        return file_hash(hash).map(|kind| (kind, PAYLOAD));
    }
    Some(match path {
        "artifact:payload_bin" => ("attachment", "External analysis"),
        "autonomous-system:number" => ("AS", NETWORK),
        "domain-name:value" => ("domain", NETWORK),
        "email-addr:value" => ("email", "Social network"),
        "email-message:from_ref.value" => ("email-src", PAYLOAD),
        "email-message:to_refs.value" => ("email-dst", PAYLOAD),
        "email-message:subject" => ("email-subject", PAYLOAD),
        "email-message:body" => ("email-body", PAYLOAD),
        "email-message:message_id" => ("email-message-id", PAYLOAD),
        "email-message:received_lines" => ("email-header", PAYLOAD),
        "email-message:additional_header_fields.Reply-To" => ("email-reply-to", PAYLOAD),
        "email-message:additional_header_fields.X-Mailer" => ("email-x-mailer", PAYLOAD),
        "email-message:body_multipart.body_raw_ref.name" => ("email-attachment", PAYLOAD),
        "file:name" => ("filename", PAYLOAD),
        "file:size" => ("size-in-bytes", "Other"),
        "ipv4-addr:value" | "ipv6-addr:value" => ("ip-dst", NETWORK),
        "network-traffic:dst_ref.value" => ("ip-dst", NETWORK),
        "network-traffic:src_ref.value" => ("ip-src", NETWORK),
        "network-traffic:dst_port" => ("port", NETWORK),
        "network-traffic:extensions.http-request-ext.request_method" => ("http-method", NETWORK),
        "network-traffic:extensions.http-request-ext.request_header.User-Agent" => ("user-agent", NETWORK),
        "mac-addr:value" => ("mac-address", NETWORK),
        "mutex:name" => ("mutex", "Artifacts dropped"),
        "url:value" => ("url", NETWORK),
        "windows-registry-key:key" => ("regkey", "Persistence mechanism"),
        "x509-certificate:hashes.MD5" => ("x509-fingerprint-md5", NETWORK),
        "x509-certificate:hashes.SHA-1" => ("x509-fingerprint-sha1", NETWORK),
        "x509-certificate:hashes.SHA-256" => ("x509-fingerprint-sha256", NETWORK),
        _ => return None,
    })
}

/// The attribute type of a hash of a file.
fn file_hash(name: &str) -> Option<&'static str> {
    Some(match name {
        "MD5" => "md5",
        "SHA-1" | "SHA1" => "sha1",
        "SHA-224" | "SHA224" => "sha224",
        "SHA-256" | "SHA256" => "sha256",
        "SHA-384" | "SHA384" => "sha384",
        "SHA-512" | "SHA512" => "sha512",
        "SHA-512-224" => "sha512/224",
        "SHA-512-256" => "sha512/256",
        "SHA3-224" => "sha3-224",
        "SHA3-256" => "sha3-256",
        "SHA3-384" => "sha3-384",
        "SHA3-512" => "sha3-512",
        "SSDEEP" => "ssdeep",
        "TLSH" => "tlsh",
        "AUTHENTIHASH" => "authentihash",
        "IMPHASH" => "imphash",
        "PEHASH" => "pehash",
        "TELFHASH" => "telfhash",
        "VHASH" => "vhash",
        _ => return None,
    })
}

/// The values of an attribute that a feed directory lists hashed: both halves of a composite one.
pub(super) fn hashed(kind: &str, value: &str) -> Vec<String> {
    if value.is_empty() {
        Vec::new()
    } else if kind.contains('|') || kind == "malware-sample" {
        value
            .split('|')
            .filter(|half| !half.is_empty())
            .map(str::to_owned)
            .collect()
    } else {
        vec![value.to_owned()]
    }
}
