//! Names that anybody made up: columns of CSV files, keys of unknown JSON and of `key=value` logs, and the Elastic
//! Common Schema.
//!
//! A name is compared without case and without anything but letters and digits, whole first, then without what stands
//! before its first dot, and so on: `destination.ip`, `event.destination.ip`, `DestinationIP` and `destination_ip` are one.

use std::sync::LazyLock;

use super::Meaning::{self, File, Hash, Hashes, Is, List, Mail, Time, Web};
use super::{Group, Table};
use crate::role::Role;

/// The longest name that is looked up, in letters and digits.
const LONGEST: usize = 48;

static NAMES: LazyLock<Table> = LazyLock::new(|| Table::new(&[NETWORK, CONTENT, HOST, OTHER]));

/// What a name means, if it says anything.
pub(in crate::lines) fn meaning(name: &str) -> Option<Meaning> {
    let mut rest = name;
    loop {
        let mut letters = [0; LONGEST];
        let mut length = 0;
        for byte in rest.bytes().filter(u8::is_ascii_alphanumeric) {
            // One past the end: longer than any name of the table.
            let Some(slot) = letters.get_mut(length) else { break };
            *slot = byte.to_ascii_lowercase();
            length += 1;
        }
        let letters = letters
            .get(..length)
            .and_then(|letters| std::str::from_utf8(letters).ok());
        if let Some((_, meaning)) = letters.and_then(|letters| NAMES.get(letters)) {
            return Some(meaning);
        }
        rest = rest.split_once('.')?.1;
    }
}

#[rustfmt::skip] // A name a line would hide the groups.
const NETWORK: &[Group] = &[
    (Time, &[
        "timestamp", "time", "ts", "datetime", "eventtime", "eventtimestamp", "timegenerated", "timecreated",
        "timecreatedsystemtime", "systemtime", "utctime", "starttime", "createdat", "rt", "receivedtime", "logtime",
        "eventdate", "isotimestamp", "devicetime",
    ]),
    (Is(Role::Source), &[
        "src", "srcip", "srcaddr", "srcaddress", "srcipaddr", "srchost", "source", "sourceip", "sourceaddress",
        "sourceipaddress", "sourcedomain", "sourcehost", "sourcehostname", "srcdomain", "srchostname", "srcname",
        "client", "clientip", "clientaddress", "clientaddr", "clientipaddress", "callerip", "calleripaddress",
        "clienthost", "cip", "remoteaddr", "remoteip", "remoteaddress", "remotehost", "sip", "ipsrc", "attackerip",
        "originip", "saddr", "ipaddress", "actoripaddress", "sourceipv4", "sourceipv6", "pktsrcaddr", "initiatorip",
        "localip",
    ]),
    (Is(Role::SourcePort), &[
        "srcport", "sport", "spt", "sourceport", "clientport", "srcpt", "ipport", "remoteport", "cport",
    ]),
    (Is(Role::Destination), &[
        "dst", "dstip", "dstaddr", "dstaddress", "dstipaddr", "dest", "destip", "destaddr", "destaddress", "desthost",
        "destination", "destinationip", "destinationaddress", "destinationipaddress", "destinationdomain",
        "destinationhost", "destinationhostname", "dstdomain", "dstname", "dsthost", "dsthostname", "serverip",
        "serveraddress", "serveraddr", "targetip", "targetaddress", "dip", "ipdst", "daddr", "rhost", "upstreamaddr",
        "respip", "destinationipv4", "destinationipv6", "pktdstaddr", "responderip",
    ]),
    (Is(Role::DestinationPort), &[
        "dstport", "dport", "dpt", "destport", "destinationport", "serverport", "targetport", "dstpt", "port",
    ]),
    (Is(Role::Address), &[
        "ip", "addr", "ipaddr", "address", "ipv4", "ipv6", "relatedip", "hostip", "natip", "natsrcip", "natdstip",
        "sourcenatip", "destinationnatip", "transip", "tranip", "tunnelip", "assignip", "dnsresolvedip", "resolvedip",
        "networkforwardedip",
    ]),
    (List(Role::Address), &[
        "xff", "xforwardedfor", "forwardedfor", "httpxforwardedfor", "xrealip", "httpxff",
    ]),
    (Is(Role::Protocol), &[
        "proto", "protocol", "transport", "networktransport", "networkprotocol", "ipprotocol", "appproto",
        "networktype",
    ]),
    (Is(Role::Mac), &[
        "mac", "macaddress", "srcmac", "dstmac", "destmac", "sourcemac", "destinationmac", "clientmac", "hwaddr",
    ]),
    (Is(Role::Host), &[
        "host", "hostname", "httphost", "httphostname", "vhost", "domain", "domainname", "fqdn", "query", "queryname",
        "qname", "dnsquery", "dnsqueryname", "dnsquestionname", "questionname", "dnsanswersdata", "dnsanswersname",
        "answers", "answer", "rrname", "rdata", "sni", "servername", "tlssni", "tlsclientservername", "urldomain",
        "urlhost", "requesthost", "destinationfqdn", "remotedomain", "registereddomain", "cshost", "xforwardedhost",
        "site", "sourcefqdn", "dnsname", "heloname", "helo", "hostheader",
    ]),
    (Is(Role::Asn), &[
        "asn", "asnumber", "srcasn", "dstasn", "sourceasnumber", "destinationasnumber", "sourceasn", "destinationasn",
    ]),
];

#[rustfmt::skip] // A name a line would hide the groups.
const CONTENT: &[Group] = &[
    (Web, &[
        "url", "uri", "urlfull", "urloriginal", "requesturl", "requesturi", "request", "fullurl", "csuri", "urlpath",
        "uripath", "httpurl", "httpuri", "httprequesturi", "rawuri", "targeturl", "link", "requestpath", "urlstring",
    ]),
    (Is(Role::Url), &[
        "referer", "referrer", "httpreferer", "httpreferrer", "httprequestreferrer", "httprefer", "requestcontext",
        "location",
    ]),
    (Is(Role::UserAgent), &[
        "useragent", "useragentoriginal", "httpuseragent", "agentstring", "ua", "requestclientapplication",
        "httprequestuseragent", "clientuseragent", "browser",
    ]),
    (Mail, &[
        "from", "to", "cc", "bcc", "sender", "senders", "recipient", "recipients", "mailfrom", "mailto", "rcptto",
        "rcpt", "email", "emails", "emailaddress", "mail", "replyto", "returnpath", "emailfrom", "emailto",
        "emailfromaddress", "emailtoaddress", "emailccaddress", "emailbccaddress", "emailreplytoaddress",
        "emailsenderaddress", "useremail", "senderaddress", "recipientaddress", "fromaddress", "toaddress",
        "envelopefrom", "envelopeto", "senderfromaddress", "sendermailfromaddress", "recipientemailaddress",
        "userprincipalname", "userid", "origto", "upn", "suser", "duser", "xmailfrom",
    ]),
    (Is(Role::EmailSubject), &["subject", "emailsubject", "mailsubject", "messagesubject"]),
    (Hash, &[
        "hash", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "filehash", "filemd5", "filesha1",
        "filesha256", "md5hash", "sha1hash", "sha256hash", "hashmd5", "hashsha1", "hashsha256", "hashsha512",
        "filehashmd5", "filehashsha1", "filehashsha256", "processhashsha256", "oldfilehash", "filechecksum",
        "checksum", "digest", "fingerprintsha256hash",
    ]),
    (Hashes, &["hashes", "filehashes"]),
    (Is(Role::Ssdeep), &["ssdeep", "hashssdeep", "filehashssdeep"]),
    (Is(Role::Tlsh), &["tlsh", "hashtlsh", "filehashtlsh"]),
    (Is(Role::Imphash), &["imphash", "peimphash", "filepeimphash", "processpeimphash"]),
    (Is(Role::Ja3), &["ja3", "ja3hash", "tlsclientja3", "ja3digest", "ja3fingerprint"]),
    (Is(Role::Ja3s), &["ja3s", "ja3shash", "tlsserverja3s", "ja3sdigest"]),
    (Is(Role::Ja4), &["ja4", "ja4hash", "tlsclientja4"]),
    (Is(Role::Jarm), &["jarm", "jarmhash"]),
    (Is(Role::Hassh), &["hassh", "hasshserver", "hasshhash"]),
    (Is(Role::CertificateHash), &[
        "tlsserverhashmd5", "tlsserverhashsha1", "tlsserverhashsha256", "tlsclienthashmd5", "tlsclienthashsha1",
        "tlsclienthashsha256", "certhash", "certfingerprint", "certificatefingerprint", "certsha1", "certsha256",
        "thumbprint", "certificatethumbprint", "tlsfingerprint", "sslfingerprint", "x509fingerprint",
        "certificatehash",
    ]),
    (Is(Role::CertificateSerial), &[
        "certserial", "certificateserial", "certificateserialnumber", "x509serialnumber", "tlsserverx509serialnumber",
        "tlsclientx509serialnumber", "tlsserial", "certserialnumber",
    ]),
];

#[rustfmt::skip] // A name a line would hide the groups.
const HOST: &[Group] = &[
    (File, &[
        "file", "filename", "fname", "filepath", "targetfilename", "oldfilename", "oldfilepath", "attachment",
        "attachments", "filetargetpath", "path", "targetpath", "imageloaded", "dllpath", "originalfilename",
        "emailattachmentsfilename", "fullpath", "dllname",
    ]),
    (Is(Role::Process), &[
        "process", "image", "processname", "processpath", "processexecutable", "executable", "exe", "parentimage",
        "parentprocess", "parentprocessname", "processparentexecutable", "processparentname", "sproc", "dproc",
        "sourceprocessname", "destinationprocessname", "initiatingprocessfilename", "imagepath", "comm",
        "newprocessname", "app", "application",
    ]),
    (Is(Role::CommandLine), &[
        "commandline", "cmdline", "processcommandline", "parentcommandline", "cmd", "command", "processargs",
        "processparentcommandline", "initiatingprocesscommandline", "processcmdline",
    ]),
    (Is(Role::RegistryKey), &[
        "registrykey", "registrypath", "regkey", "targetobject", "registry", "keypath",
    ]),
    (Is(Role::Mutex), &["mutex", "pipename", "namedpipe", "mutexname", "pipe"]),
    (Is(Role::Service), &["servicename", "winservice"]),
    (Is(Role::User), &[
        "user", "username", "account", "accountname", "srcuser", "dstuser", "sourceusername", "destinationusername",
        "login", "loginname", "targetusername", "subjectusername", "remoteuser", "authuser", "acct", "samaccountname",
        "logonname",
    ]),
    (Is(Role::Computer), &[
        "computer", "computername", "devname", "agenthostname", "observerhostname", "observername", "devicename",
        "dvchost", "dvc", "winlogcomputername", "agentname", "beathostname", "logsource", "collector", "sensor",
        "sensorname", "workstationname",
    ]),
    (Is(Role::Text), &[
        "message", "msg", "description", "details", "reason", "eventoriginal", "info", "comment", "raw", "data",
        "payload", "urlquery", "querystring",
    ]),
];

/// Names that say that there is nothing to look for.
#[rustfmt::skip] // A name a line would hide the groups.
const OTHER: &[Group] = &[(Is(Role::Other), &[
        "id", "uid", "uuid", "guid", "eventid", "eventtype", "type", "action", "outcome", "status", "statuscode",
        "result", "severity", "level", "loglevel", "priority", "facility", "category", "method", "httpmethod",
        "requestmethod", "bytes", "bytesin", "bytesout", "bytessent", "bytesreceived", "duration", "count", "version",
        "pid", "ppid", "sessionid", "logid", "eventaction", "eventcategory", "eventkind", "eventdataset",
        "eventmodule", "eventcode", "ecsversion", "flags", "country", "countrycode", "srccountry", "dstcountry",
        "city", "region", "interface", "direction", "policyid", "subtype", "service", "inputtype", "agentid",
        "agenttype", "agentversion", "ruleid", "tags", "product", "vendor", "timezone", "date", "httpversion",
        "contenttype", "mimetype", "state", "code", "qtype", "rcode", "rrtype", "querytype", "eventcreated",
        "eventingested", "eventstart", "eventend", "offset", "logoffset", "sequence", "vd", "transid", "tz", "scheme",
        "urlscheme",
    ])];

#[cfg(test)]
mod tests {
    use super::super::Meaning;
    use super::meaning;
    use crate::role::Role;

    #[test]
    fn spelling_and_what_stands_before_do_not_count() {
        for name in [
            "src_ip",
            "srcIp",
            "SRC-IP",
            "event.src_ip",
            "a.b.src.ip",
            "source.address",
            "client_ip",
        ] {
            assert_eq!(meaning(name), Some(Meaning::Is(Role::Source)), "{name}");
        }
        assert_eq!(
            meaning("tls.server.hash.sha256"),
            Some(Meaning::Is(Role::CertificateHash))
        );
        assert_eq!(meaning("file.hash.sha256"), Some(Meaning::Hash));
        assert_eq!(meaning("something"), None);
        assert_eq!(meaning(""), None);
        assert_eq!(meaning(&"src".repeat(100)), None);
    }
}
