//! The channels of Windows event logs, and the numbers of their events, as Sigma's categories and services.
//!
//! Services are those of SigmaHQ's list of log sources; categories follow the events that its rules are written for.

/// The services of a channel.
pub fn services(channel: &str) -> &'static [&'static str] {
    match channel {
        "Security" => &["security"],
        "System" => &["system"],
        "Application" => &["application"],
        "Microsoft-Windows-Sysmon/Operational" | "Linux-Sysmon/Operational" => &["sysmon"],
        "Microsoft-Windows-PowerShell/Operational" | "PowerShellCore/Operational" => &["powershell"],
        "Windows PowerShell" => &["powershell-classic"],
        "Microsoft-Windows-TaskScheduler/Operational" => &["taskscheduler"],
        "Microsoft-Windows-WMI-Activity/Operational" => &["wmi"],
        "DNS Server" => &["dns-server"],
        "Microsoft-Windows-DNS-Server/Audit" | "Microsoft-Windows-DNSServer/Audit" => &["dns-server-audit"],
        "Microsoft-Windows-DNS-Server/Analytical" | "Microsoft-Windows-DNSServer/Analytical" => {
            &["dns-server-analytic"]
        }
        "Microsoft-Windows-DNS Client Events/Operational" | "Microsoft-Windows-DNS-Client/Operational" => {
            &["dns-client"]
        }
        "Microsoft-Windows-DriverFrameworks-UserMode/Operational" => &["driver-framework"],
        "Microsoft-Windows-NTLM/Operational" => &["ntlm"],
        "Microsoft-Windows-DHCP-Server/Operational" | "Microsoft-Windows-Dhcp-Server/Operational" => &["dhcp"],
        "MSExchange Management" => &["msexchange-management"],
        "Microsoft-Windows-PrintService/Admin" => &["printservice-admin"],
        "Microsoft-Windows-PrintService/Operational" => &["printservice-operational"],
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational" => {
            &["terminalservices-localsessionmanager"]
        }
        "Microsoft-Windows-SmbClient/Security" => &["smbclient-security"],
        "Microsoft-Windows-SmbClient/Connectivity" => &["smbclient-connectivity"],
        "Microsoft-Windows-SMBServer/Connectivity" => &["smbserver-connectivity"],
        "Microsoft-Windows-AppLocker/EXE and DLL"
        | "Microsoft-Windows-AppLocker/MSI and Script"
        | "Microsoft-Windows-AppLocker/Packaged app-Deployment"
        | "Microsoft-Windows-AppLocker/Packaged app-Execution" => &["applocker"],
        "Microsoft-Windows-LDAP-Client/Debug" => &["ldap"],
        "OpenSSH/Operational" => &["openssh"],
        "Microsoft-Windows-CodeIntegrity/Operational" => &["codeintegrity-operational"],
        "Microsoft-Windows-Windows Defender/Operational" => &["windefend"],
        "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall" => &["firewall-as"],
        "Microsoft-Windows-Bits-Client/Operational" => &["bits-client"],
        "Microsoft-Windows-Security-Mitigations/Kernel Mode" | "Microsoft-Windows-Security-Mitigations/User Mode" => {
            &["security-mitigations"]
        }
        "Microsoft-Windows-Diagnosis-Scripted/Operational" => &["diagnosis-scripted"],
        "Microsoft-Windows-Shell-Core/Operational" => &["shell-core"],
        "Microsoft-Windows-VHDMP/Operational" => &["vhdmp"],
        "Microsoft-Windows-AppModel-Runtime/Admin" => &["appmodel-runtime"],
        "Microsoft-Windows-AppXDeploymentServer/Operational" => &["appxdeployment-server"],
        "Microsoft-Windows-AppxPackaging/Operational" => &["appxpackaging-om"],
        "Microsoft-Windows-LSA/Operational" => &["lsa-server"],
        "Microsoft-ServiceBus-Client/Admin" | "Microsoft-ServiceBus-Client/Operational" => {
            &["microsoft-servicebus-client"]
        }
        "Microsoft-Windows-CAPI2/Operational" => &["capi2"],
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational" => {
            &["certificateservicesclient-lifecycle-system"]
        }
        "Microsoft-IIS-Configuration/Operational" => &["iis-configuration"],
        "Microsoft-Windows-SENSE/Operational" => &["sense"],
        "Microsoft-Windows-Hyper-V-Worker" | "Microsoft-Windows-Hyper-V-Worker-Admin" => &["hyper-v-worker"],
        "Microsoft-Windows-Kernel-EventTracing" | "Microsoft-Windows-Kernel-EventTracing/Admin" => {
            &["kernel-event-tracing"]
        }
        _ => &[],
    }
}

/// The categories of an event; `kind` is the `EventType` of Sysmon's registry events.
pub fn categories(channel: &str, number: u32, kind: &str) -> &'static [&'static str] {
    match channel {
        "Microsoft-Windows-Sysmon/Operational" | "Linux-Sysmon/Operational" => sysmon(number, kind),
        "Security" => match number {
            4688 => &["process_creation"],
            4689 => &["process_termination"],
            5156 => &["network_connection"],
            _ => &[],
        },
        "Microsoft-Windows-PowerShell/Operational" | "PowerShellCore/Operational" => match number {
            4103 => &["ps_module"],
            4104 => &["ps_script"],
            _ => &[],
        },
        "Windows PowerShell" => match number {
            400 => &["ps_classic_start"],
            600 => &["ps_classic_provider_start"],
            800 => &["ps_classic_script"],
            _ => &[],
        },
        _ => &[],
    }
}

fn sysmon(number: u32, kind: &str) -> &'static [&'static str] {
    match number {
        1 => &["process_creation"],
        2 => &["file_change"],
        3 => &["network_connection"],
        4 | 16 => &["sysmon_status"],
        5 => &["process_termination"],
        6 => &["driver_load"],
        7 => &["image_load"],
        8 => &["create_remote_thread"],
        9 => &["raw_access_thread"],
        10 => &["process_access"],
        11 => &["file_event"],
        12 if kind.starts_with("Delete") => &["registry_event", "registry_delete"],
        12 => &["registry_event", "registry_add"],
        13 => &["registry_event", "registry_set"],
        14 => &["registry_event", "registry_rename"],
        15 => &["create_stream_hash"],
        17 | 18 => &["pipe_created"],
        19..=21 => &["wmi_event"],
        22 => &["dns_query"],
        23 | 26 => &["file_delete"],
        24 => &["clipboard_capture"],
        25 => &["process_tampering"],
        27 => &["file_block_executable"],
        28 => &["file_block_shredding"],
        29 => &["file_executable_detected"],
        255 => &["sysmon_error"],
        _ => &[],
    }
}
