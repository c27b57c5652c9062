//! The extensions of cyber-observable objects that STIX 2.1 section 6 itself defines.

use super::observable::{COUNT, LARGEST};
use super::shape::Kind::{Any, Bool, Choice, Dictionary, Hashes, Integer, List, Number, Reference, Struct};
use super::shape::Kind::{Syntax as Written, Text, Time};
use super::shape::{Kind, Rule, Shape, Syntax, Target, may, must};

const HEX: Kind = Written(Syntax::Hex);
const WHOLE: Kind = Integer(-LARGEST, LARGEST);
const FILES: Kind = List(&Reference(Target::Of(&["file"])));
const SOME_OWN: &[Rule] = &[Rule::SomeOwn];

pub(super) static ARCHIVE: Shape = Shape::plain(&[
    must("contains_refs", List(&Reference(Target::Of(&["file", "directory"])))),
    may("comment", Text),
]);

pub(super) static NTFS: Shape = Shape::ruled(
    &[
        may("sid", Text),
        may("alternate_data_streams", List(&Struct(&ALTERNATE_DATA_STREAM))),
    ],
    SOME_OWN,
);

static ALTERNATE_DATA_STREAM: Shape = Shape::plain(&[must("name", Text), may("hashes", Hashes), may("size", COUNT)]);

pub(super) static PDF: Shape = Shape::ruled(
    &[
        may("version", Text),
        may("is_optimized", Bool),
        may("document_info_dict", Dictionary(&Any)),
        may("pdfid0", Text),
        may("pdfid1", Text),
    ],
    SOME_OWN,
);

pub(super) static RASTER_IMAGE: Shape = Shape::ruled(
    &[
        may("image_height", WHOLE),
        may("image_width", WHOLE),
        may("bits_per_pixel", WHOLE),
        may("exif_tags", Dictionary(&Any)),
    ],
    SOME_OWN,
);

pub(super) static WINDOWS_PE: Shape = Shape::plain(&[
    must("pe_type", Text),
    may("imphash", Text),
    may("machine_hex", HEX),
    may("number_of_sections", COUNT),
    may("time_date_stamp", Time),
    may("pointer_to_symbol_table_hex", HEX),
    may("number_of_symbols", COUNT),
    may("size_of_optional_header", COUNT),
    may("characteristics_hex", HEX),
    may("file_header_hashes", Hashes),
    may("optional_header", Struct(&WINDOWS_PE_OPTIONAL_HEADER)),
    may("sections", List(&Struct(&WINDOWS_PE_SECTION))),
]);

static WINDOWS_PE_OPTIONAL_HEADER: Shape = Shape::ruled(
    &[
        may("magic_hex", HEX),
        may("major_linker_version", WHOLE),
        may("minor_linker_version", WHOLE),
        may("size_of_code", COUNT),
        may("size_of_initialized_data", COUNT),
        may("size_of_uninitialized_data", COUNT),
        may("address_of_entry_point", WHOLE),
        may("base_of_code", WHOLE),
        may("base_of_data", WHOLE),
        may("image_base", WHOLE),
        may("section_alignment", WHOLE),
        may("file_alignment", WHOLE),
        may("major_os_version", WHOLE),
        may("minor_os_version", WHOLE),
        may("major_image_version", WHOLE),
        may("minor_image_version", WHOLE),
        may("major_subsystem_version", WHOLE),
        may("minor_subsystem_version", WHOLE),
        may("win32_version_value_hex", HEX),
        may("size_of_image", COUNT),
        may("size_of_headers", COUNT),
        may("checksum_hex", HEX),
        may("dll_characteristics_hex", HEX),
        may("subsystem_hex", HEX),
        may("size_of_stack_reserve", COUNT),
        may("size_of_stack_commit", COUNT),
        may("size_of_heap_reserve", COUNT),
        may("size_of_heap_commit", COUNT),
        may("loader_flags_hex", HEX),
        may("number_of_rva_and_sizes", WHOLE),
        may("hashes", Hashes),
    ],
    SOME_OWN,
);

static WINDOWS_PE_SECTION: Shape = Shape::plain(&[
    must("name", Text),
    may("size", COUNT),
    may("entropy", Number(f64::MIN, f64::MAX)),
    may("hashes", Hashes),
]);

pub(super) static HTTP_REQUEST: Shape = Shape::plain(&[
    must("request_method", Text),
    must("request_value", Text),
    may("request_version", Text),
    may("request_header", Dictionary(&Any)),
    may("message_body_length", COUNT),
    may("message_body_data_ref", Reference(Target::Of(&["artifact"]))),
]);

pub(super) static ICMP: Shape = Shape::plain(&[must("icmp_type_hex", HEX), must("icmp_code_hex", HEX)]);

pub(super) static SOCKET: Shape = Shape::plain(&[
    must(
        "address_family",
        Choice(&[
            "AF_UNSPEC",
            "AF_INET",
            "AF_IPX",
            "AF_APPLETALK",
            "AF_NETBIOS",
            "AF_INET6",
            "AF_IRDA",
            "AF_BTH",
        ]),
    ),
    may("is_blocking", Bool),
    may("is_listening", Bool),
    may("options", Dictionary(&WHOLE)),
    may(
        "socket_type",
        Choice(&["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"]),
    ),
    may("socket_descriptor", COUNT),
    may("socket_handle", WHOLE),
]);

pub(super) static TCP: Shape = Shape::ruled(&[may("src_flags_hex", HEX), may("dst_flags_hex", HEX)], SOME_OWN);

pub(super) static UNIX_ACCOUNT: Shape = Shape::ruled(
    &[
        may("gid", WHOLE),
        may("groups", List(&Text)),
        may("home_dir", Text),
        may("shell", Text),
    ],
    SOME_OWN,
);

pub(super) static WINDOWS_PROCESS: Shape = Shape::ruled(
    &[
        may("aslr_enabled", Bool),
        may("dep_enabled", Bool),
        may("priority", Text),
        may("owner_sid", Text),
        // The text of section 6.13.2 has the second name, all tools and the schemas have the first.
        may("window_title", Text),
        may("windows_title", Text),
        may("startup_info", Dictionary(&Any)),
        may("integrity_level", Choice(&["low", "medium", "high", "system"])),
    ],
    SOME_OWN,
);

pub(super) static WINDOWS_SERVICE: Shape = Shape::ruled(
    &[
        may("service_name", Text),
        may("descriptions", List(&Text)),
        may("display_name", Text),
        may("group_name", Text),
        may(
            "start_type",
            Choice(&[
                "SERVICE_AUTO_START",
                "SERVICE_BOOT_START",
                "SERVICE_DEMAND_START",
                "SERVICE_DISABLED",
                "SERVICE_SYSTEM_ALERT",
            ]),
        ),
        may("service_dll_refs", FILES),
        may(
            "service_type",
            Choice(&[
                "SERVICE_KERNEL_DRIVER",
                "SERVICE_FILE_SYSTEM_DRIVER",
                "SERVICE_WIN32_OWN_PROCESS",
                "SERVICE_WIN32_SHARE_PROCESS",
            ]),
        ),
        may(
            "service_status",
            Choice(&[
                "SERVICE_CONTINUE_PENDING",
                "SERVICE_PAUSE_PENDING",
                "SERVICE_PAUSED",
                "SERVICE_RUNNING",
                "SERVICE_START_PENDING",
                "SERVICE_STOP_PENDING",
                "SERVICE_STOPPED",
            ]),
        ),
    ],
    SOME_OWN,
);
