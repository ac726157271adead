//! The process that is measured: started, watched and ended by its own id.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use crate::Failure;

/// How long a process may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);
/// The unit of the times in /proc, the same on every Linux machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process that says in a JSON line on standard error where it serves. It
/// ends with this value.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it serves, as `http://…`.
    pub(crate) address: String,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// The most memory that it ever held, in MiB.
    pub(crate) peak_mib: f64,
    /// The memory that it holds, in MiB.
    pub(crate) now_mib: f64,
    /// The time that it computed, in seconds.
    pub(crate) cpu_seconds: f64,
}

impl Process {
    /// Starts the command and waits until it says that it serves.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let errors = child.stderr.take().ok_or("the process has no standard error")?;
        let (found, serving) = mpsc::channel();
        // Reads on to the end: a full pipe would stop the process.
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                match address_in(&line) {
                    Some(address) => drop(found.send(address)),
                    None if line.contains(r#""INFO""#) => {}
                    None => eprintln!("{line}"),
                }
            }
        });
        let mut process = Self { child, address: String::new() };
        process.address = serving.recv_timeout(PATIENCE).map_err(|_| "it did not start")?;
        Ok(process)
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        let directory = Path::new("/proc").join(self.child.id().to_string());
        let status = fs::read_to_string(directory.join("status"))?;
        let stat = fs::read_to_string(directory.join("stat"))?;
        // After the name in brackets: user and system time are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(')').ok_or("no process state")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        let ticks = ticks.sum::<Result<f64, _>>()?;
        Ok(Usage {
            peak_mib: mib(&status, "VmHWM:")?,
            now_mib: mib(&status, "VmRSS:")?,
            cpu_seconds: ticks / TICKS_PER_SECOND,
        })
    }

    /// Tells it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                let ended_well = status.success();
                return if ended_well { Ok(()) } else { Err(format!("it ended: {status}").into()) };
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("it did not stop".into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A size as /proc tells it, in KiB.
fn mib(status: &str, name: &str) -> Result<f64, Failure> {
    let kib = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = kib.and_then(|text| text.split_whitespace().next());
    Ok(kib.ok_or_else(|| format!("no {name}"))?.parse::<f64>()? / 1_024.0)
}

fn address_in(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    if line.get("message")? != "serving" {
        return None;
    }
    Some(format!("http://{}", line.get("address")?.as_str()?))
}

/// A server: one started here over a directory of its own, or one that runs.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it serves.
    pub(crate) address: String,
    /// Where started here.
    pub(crate) own: Option<(Process, TempDir)>,
}

impl Server {
    /// Starts a server, unless the address of one is given.
    pub(crate) fn start(address: Option<&str>) -> Result<Self, Failure> {
        if let Some(address) = address {
            return Ok(Self { address: address.to_owned(), own: None });
        }
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_dicta"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data-dir"]);
        let process = Process::start(command.arg(directory.path()))?;
        Ok(Self { address: process.address.clone(), own: Some((process, directory)) })
    }

    /// What it has used; none where it was not started here.
    pub(crate) fn usage(&self) -> Result<Option<Usage>, Failure> {
        self.own.as_ref().map(|(process, _)| process.usage()).transpose()
    }

    /// Stops it where it was started here, and tells how much disk its data takes.
    pub(crate) fn stop(self) -> Result<Option<u64>, Failure> {
        let Some((process, directory)) = self.own else { return Ok(None) };
        process.stop()?;
        Ok(Some(disk_bytes(directory.path())?))
    }
}

/// The disk space that a directory takes.
fn disk_bytes(directory: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            // Blocks of 512 bytes, whatever the file system's own.
            metadata.blocks() * 512
        };
    }
    Ok(bytes)
}

/// Opens `count` connections.
pub(crate) async fn connect(address: &str, count: usize) -> Result<Vec<Channel>, Failure> {
    let endpoint = Endpoint::from_shared(address.to_owned())?
        .tcp_nodelay(true)
        .initial_connection_window_size(8 << 20)
        .initial_stream_window_size(4 << 20);
    let mut channels = Vec::new();
    for _ in 0..count {
        channels.push(endpoint.connect().await?);
    }
    Ok(channels)
}
