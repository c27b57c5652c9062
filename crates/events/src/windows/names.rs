//! What the fields of Windows events are, by the names that Windows and Sysmon give them.
//!
//! One table for event files (EVTX) and for the same events exported as JSON. Names compare as they are written: the
//! few that are written in two ways stand here twice.

use crate::role::Role;

/// What a field of a Windows event is. A name that is not known holds text.
pub fn role(field: &str) -> Role {
    match field {
        // Who runs, and what.
        "Image"
        | "ParentImage"
        | "SourceImage"
        | "TargetImage"
        | "NewProcessName"
        | "ParentProcessName"
        | "ProcessName"
        | "CallerProcessName"
        | "Application"
        | "ApplicationPath"
        | "processPath"
        | "ProcessPath"
        | "ModifyingApplication"
        | "Process Name"
        | "FileNameBuffer"
        | "ProcessNameBuffer" => Role::Process,
        "CommandLine" | "ParentCommandLine" | "ProcessCommandLine" | "ServiceFileName" | "ImagePath"
        | "HostApplication" | "Command" | "ActionName" => Role::CommandLine,
        "OriginalFileName" => Role::FileName,
        "TargetFilename" | "ImageLoaded" | "RelativeTargetName" | "FilePath" | "CurrentDirectory"
        | "ShareLocalPath" | "Path" | "ScriptName" | "LocalName" | "FullFilePath" => Role::FilePath,

        // Hashes: `Hashes` and `Hash` are lists, which the readers split; `hashes::split` names the parts.
        "md5" | "sha1" | "sha256" | "MD5" | "SHA1" | "SHA256" | "FileHash" | "Sha256Hash" => Role::FileHash,
        "Imphash" | "imphash" | "IMPHASH" => Role::Imphash,

        // The network.
        "SourceIp" | "SourceAddress" | "IpAddress" | "ClientAddress" | "ClientIP" | "Source Network Address" => {
            Role::Source
        }
        "SourcePort" | "IpPort" => Role::SourcePort,
        "DestinationIp" | "DestAddress" | "DestinationAddress" => Role::Destination,
        "DestinationPort" | "DestPort" => Role::DestinationPort,
        "QueryName"
        | "DestinationHostname"
        | "SourceHostname"
        | "WorkstationName"
        | "Workstation"
        | "TargetServerName"
        | "RemoteMachineName"
        | "RemoteHost" => Role::Host,
        "Url" | "url" | "RemoteName" | "URL" => Role::Url,
        "UserAgent" => Role::UserAgent,

        // The machine.
        "TargetObject" | "NewName" => Role::RegistryKey,
        "PipeName" => Role::Mutex,
        "ServiceName" | "Service" | "param1ServiceName" => Role::Service,
        "User" | "SubjectUserName" | "TargetUserName" | "AccountName" | "SamAccountName" | "UserName"
        | "SourceUser" | "TargetUser" | "ParentUser" | "OldTargetUserName" | "NewTargetUserName" => Role::User,
        "Computer" => Role::Computer,

        // Counters, times, identifiers: kept for conditions and for people, never looked for.
        "EventID"
        | "EventID_Qualifiers"
        | "Channel"
        | "Provider_Name"
        | "Provider_Guid"
        | "Provider_EventSourceName"
        | "Version"
        | "Level"
        | "Task"
        | "Opcode"
        | "Keywords"
        | "EventRecordID"
        | "Correlation_ActivityID"
        | "Correlation_RelatedActivityID"
        | "Execution_ProcessID"
        | "Execution_ThreadID"
        | "Security_UserID"
        | "UtcTime"
        | "CreationUtcTime"
        | "PreviousCreationUtcTime"
        | "RuleName"
        | "ProcessGuid"
        | "ProcessId"
        | "ParentProcessGuid"
        | "ParentProcessId"
        | "SourceProcessGuid"
        | "SourceProcessGUID"
        | "SourceProcessId"
        | "SourceThreadId"
        | "TargetProcessGuid"
        | "TargetProcessGUID"
        | "TargetProcessId"
        | "NewProcessId"
        | "NewThreadId"
        | "LogonGuid"
        | "LogonId"
        | "SubjectLogonId"
        | "TargetLogonId"
        | "TerminalSessionId"
        | "IntegrityLevel"
        | "GrantedAccess"
        | "Initiated"
        | "Signed"
        | "Signature"
        | "SignatureStatus"
        | "SourceIsIpv6"
        | "DestinationIsIpv6"
        | "EventType"
        | "QueryStatus"
        | "LogonType"
        | "SubjectUserSid"
        | "TargetUserSid"
        | "TargetSid"
        | "HandleId"
        | "AccessMask"
        | "AccessList"
        | "KeyLength"
        | "Status"
        | "SubStatus"
        | "TokenElevationType"
        | "MandatoryLabel"
        | "MessageNumber"
        | "MessageTotal"
        | "ScriptBlockId"
        | "FilterRTID"
        | "LayerRTID"
        | "LayerName"
        | "Direction"
        | "ProcessID"
        | "StartAddress" => Role::Other,
        // `Protocol` is a name in Sysmon and a number in the audit log; both are what STIX calls a protocol.
        "Protocol" => Role::Protocol,
        _ => Role::Text,
    }
}
