//! Names of Windows events: `System`, `EventData` of Security, Sysmon, PowerShell and others, as exports write them.

use std::sync::LazyLock;

use super::Meaning::{self, File, Hash, Hashes, Is, Time};
use super::{Group, Table, general};
use crate::role::Role;

static NAMES: LazyLock<Table> = LazyLock::new(|| Table::new(&[VALUES, OTHER]));

/// What a name means. Its last part counts, whatever the export put above it.
pub(in crate::lines) fn meaning(name: &str) -> Option<Meaning> {
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    match NAMES.get(last) {
        Some((_, meaning)) => Some(meaning),
        None => general::meaning(name),
    }
}

#[rustfmt::skip] // A name a line would hide the groups.
const VALUES: &[Group] = &[
    (Time, &["SystemTime", "@timestamp", "UtcTime"]),
    (Is(Role::Source), &[
        "SourceIp", "IpAddress", "SourceAddress", "ClientAddress", "SourceHostname", "ClientIP",
    ]),
    (Is(Role::SourcePort), &["SourcePort", "IpPort", "ClientPort"]),
    (Is(Role::Destination), &[
        "DestinationIp", "DestAddress", "DestinationHostname", "DestinationAddress", "TargetServerName",
    ]),
    (Is(Role::DestinationPort), &["DestinationPort", "DestPort"]),
    (Is(Role::Protocol), &["Protocol"]),
    (Is(Role::Host), &["QueryName"]),
    (Is(Role::Process), &[
        "Image", "ParentImage", "SourceImage", "TargetImage", "NewProcessName", "ParentProcessName", "ProcessName",
        "CallerProcessName", "Application", "ProcessPath", "ParentProcessPath", "Process Name",
    ]),
    (Is(Role::CommandLine), &[
        "CommandLine", "ParentCommandLine", "ProcessCommandLine", "HostApplication", "ServiceFileName", "ImagePath",
        "TaskContent", "ActionName", "Process Command Line",
    ]),
    (File, &[
        "TargetFilename", "ImageLoaded", "OriginalFileName", "FileName", "RelativeTargetName", "Path",
        "FileNameBuffer",
    ]),
    (Is(Role::FilePath), &["ShareName", "ShareLocalPath", "CurrentDirectory", "ScriptName"]),
    (Is(Role::RegistryKey), &["TargetObject", "NewName", "ObjectName"]),
    (Is(Role::Mutex), &["PipeName"]),
    (Is(Role::Service), &["ServiceName"]),
    (Hashes, &["Hashes", "Hash"]),
    (Hash, &["MD5", "SHA1", "SHA256", "FileHash"]),
    (Is(Role::Imphash), &["IMPHASH", "Imphash"]),
    (Is(Role::CertificateHash), &["CertThumbprint", "Thumbprint"]),
    (Is(Role::CertificateSerial), &["CertSerialNumber"]),
    (Is(Role::User), &[
        "User", "TargetUserName", "SubjectUserName", "AccountName", "SourceUser", "TargetUser", "ParentUser",
        "UserName", "MemberName", "TargetOutboundUserName", "SamAccountName",
    ]),
    (Is(Role::Computer), &[
        "Computer", "ComputerName", "Hostname", "computer_name", "WorkstationName", "Workstation",
    ]),
    (Is(Role::Text), &[
        "QueryResults", "ScriptBlockText", "Message", "Details", "Contents", "Payload", "ContextInfo", "Destination",
        "Product", "Service",
    ]),
];

#[rustfmt::skip] // A name a line would hide the groups.
const OTHER: &[Group] = &[(Is(Role::Other), &[
        "EventID", "event_id", "EventRecordID", "EventRecordNumber", "RecordNumber", "record_id", "Level", "Task",
        "Opcode", "Keywords", "Channel", "channel", "Provider", "provider_name", "provider_guid", "SourceName",
        "ProviderGuid", "Guid", "Severity", "SeverityValue", "EventType", "EventTypeOrignal", "EventReceivedTime",
        "EventTime", "ActivityID", "ThreadID", "ProcessID", "ProcessId", "ProcessGuid", "ParentProcessGuid",
        "ParentProcessId", "SourceProcessGUID", "TargetProcessGUID", "SourceProcessGuid", "TargetProcessGuid",
        "SourceProcessId", "TargetProcessId", "LogonGuid", "LogonId", "TerminalSessionId", "IntegrityLevel",
        "RuleName", "SubjectUserSid", "SubjectLogonId", "SubjectDomainName", "TargetUserSid", "TargetDomainName",
        "TargetLogonId", "LogonType", "LogonProcessName", "UserID", "UserId", "AuthenticationPackageName",
        "LmPackageName", "KeyLength", "ImpersonationLevel", "TransmittedServices", "GrantedAccess", "AccessMask",
        "AccessList", "ObjectServer", "ObjectType", "HandleId", "NewProcessId", "TokenElevationType",
        "MandatoryLabel", "Status", "SubStatus", "FailureReason", "TicketOptions", "TicketEncryptionType",
        "PreAuthType", "Initiated", "SourceIsIpv6", "DestinationIsIpv6", "SourcePortName", "DestinationPortName",
        "Signed", "Signature", "SignatureStatus", "FileVersion", "Company", "CreationUtcTime",
        "PreviousCreationUtcTime", "StartModule", "StartFunction", "StartAddress", "CallTrace", "NewThreadId",
        "Domain", "AccountType", "ExecutionProcessID", "port", "tags", "Category", "Version", "QueryStatus",
        "ScriptBlockId", "MessageNumber", "MessageTotal", "xmlns", "SourceModuleName", "SourceModuleType",
    ])];
