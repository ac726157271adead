//! PostgreSQL, over a cluster of its own.

pub(crate) mod load;
pub(crate) mod rows;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::peer::{Peer, settings};
use super::process::{Process, disk_bytes, free_address, version_of};
use super::usage::Usage;
use crate::Failure;

/// Where Debian keeps the programs of each version.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// Whose rights it gets where this runs as root, which it refuses.
const USER: &str = "postgres";
/// What is set otherwise than by default: all that is advised for a machine that is
/// its own, and for bulk loads. Nothing is taken from durability.
const SETTINGS: [(&str, &str); 16] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("shared_buffers", "2GB"),
    ("effective_cache_size", "8GB"),
    ("work_mem", "64MB"),
    ("maintenance_work_mem", "1GB"),
    ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "30min"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("wal_compression", "on"),
    ("random_page_cost", "1.1"),
    ("effective_io_concurrency", "200"),
    ("jit", "off"),
    ("autovacuum", "on"),
];

/// A server.
#[derive(Debug)]
pub(crate) struct Postgres {
    process: Process,
    address: SocketAddr,
    directory: TempDir,
}

impl Postgres {
    /// Makes an empty cluster and serves it.
    pub(crate) fn start() -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        give_away(directory.path())?;
        let mut make = command("initdb")?;
        make.args(["--no-locale", "--encoding=UTF8", "--auth=trust", "--username=bench"]);
        let made = make.arg("--pgdata").arg(&data).output()?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
        }
        let address = free_address()?;
        let mut serve = command("postgres")?;
        serve.arg("-D").arg(&data).args(["-p", &address.port().to_string()]);
        serve.args(["-c", "listen_addresses=127.0.0.1", "-c"]);
        serve.arg(format!("unix_socket_directories={}", directory.path().display()));
        for (name, value) in SETTINGS {
            serve.arg("-c").arg(format!("{name}={value}"));
        }
        let log = directory.path().join("log");
        let process = Process::start_at(&mut serve, address, &log)?;
        Ok(Self { process, address, directory })
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        let port = self.address.port();
        let to = format!("host=127.0.0.1 port={port} user=bench dbname=postgres");
        let mut tries = 100;
        loop {
            match tokio_postgres::connect(&to, NoTls).await {
                Ok((client, connection)) => {
                    // It ends with the client; a failure is told by the calls.
                    tokio::spawn(connection);
                    return Ok(client);
                }
                // It listens a little before it is ready.
                Err(_) if tries > 0 => tries -= 1,
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// What it has used so far, all its processes together.
    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        self.process.usage()
    }

    /// The id of its first process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Stops it; tells how much disk its data takes, and how much of that are its
    /// database's tables and indexes.
    pub(crate) fn stop(self) -> Result<(u64, u64), Failure> {
        // Without waiting for connections to end.
        self.process.end("-INT")?;
        let data = self.directory.path().join("data");
        Ok((disk_bytes(&data)?, disk_bytes(&data.join("base"))?))
    }

    /// As it is told beside its figures.
    pub(crate) fn peer() -> Peer {
        let version = program("postgres").ok().and_then(|path| version_of(&path, "--version"));
        Peer {
            name: "postgresql".to_owned(),
            version: version.unwrap_or_default(),
            durability: "its log is synced before a commit is answered".to_owned(),
            settings: settings(&SETTINGS),
        }
    }
}

/// The program of the newest version that is there.
fn program(name: &str) -> Result<PathBuf, Failure> {
    let versions = std::fs::read_dir(PROGRAMS).into_iter().flatten().filter_map(Result::ok);
    let mut programs: Vec<_> =
        versions.map(|version| version.path().join("bin").join(name)).collect();
    programs.retain(|program| program.exists());
    programs.sort();
    Ok(programs.pop().ok_or("there is no PostgreSQL here: apt-get install postgresql")?)
}

/// A command that does not run as root.
fn command(name: &str) -> Result<Command, Failure> {
    let program = program(name)?;
    if !is_root() {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={USER}")).arg(format!("--regid={USER}"));
    command.args(["--clear-groups", "--"]).arg(program);
    // Its own working directory may not be open to that user.
    command.current_dir("/");
    Ok(command)
}

/// Lets the server's user write into a directory.
fn give_away(directory: &Path) -> Result<(), Failure> {
    if is_root() {
        let status = Command::new("chown").arg(format!("{USER}:")).arg(directory).status()?;
        if !status.success() {
            return Err(format!("cannot give {} to {USER}", directory.display()).into());
        }
    }
    Ok(())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
