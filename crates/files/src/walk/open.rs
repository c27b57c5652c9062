//! What the operating system knows about files: where they lie, and how to open one without waiting for anybody.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// The filesystem that something lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filesystem(u64);

impl Filesystem {
    #[cfg(unix)]
    pub fn of(found: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(found.dev())
    }

    #[cfg(not(unix))]
    pub fn of(_: &Metadata) -> Self {
        Self(0)
    }
}

/// Filesystems whose files the kernel makes up: reading some of them never ends, or does something.
pub(super) struct KernelFilesystems(Vec<Filesystem>);

impl KernelFilesystems {
    /// Those that Linux has at their usual places, where they are filesystems of their own.
    pub fn of_this_machine() -> Self {
        let filesystem = |path: &str| std::fs::metadata(path).ok().map(|found| Filesystem::of(&found));
        let root = filesystem("/");
        let usual = [
            "/proc",
            "/sys",
            "/sys/fs/cgroup",
            "/sys/kernel/debug",
            "/sys/kernel/tracing",
        ];
        Self(
            usual
                .into_iter()
                .filter_map(filesystem)
                .filter(|found| Some(*found) != root)
                .collect(),
        )
    }

    pub fn contains(&self, filesystem: Filesystem) -> bool {
        self.0.contains(&filesystem)
    }
}

/// What was found at a path.
pub(super) enum Opened {
    File(File),
    /// It is not an ordinary file any more.
    Special,
}

/// Opens an ordinary file. The path may have become something else since it was seen, so nothing is waited for and, but
/// for a path that was named, no link is followed.
pub(super) fn ordinary(path: &Path, named: bool) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let follow = if named { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | follow);
    }
    #[cfg(not(unix))]
    let _ = named;
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(Opened::File(file))
    } else {
        Ok(Opened::Special)
    }
}
