//! A process that is measured: started, watched and ended by its own id.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};

use super::usage::Usage;
use crate::Failure;

/// How long a process may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked whether it has.
const PAUSE: Duration = Duration::from_millis(10);

/// A process that serves. It ends with this value.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it serves, as `http://…`.
    pub(crate) address: String,
}

impl Process {
    /// Starts the command and waits until it says in a JSON line on standard error
    /// where it serves.
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

    /// Starts a command that is told where to serve, and waits until it listens there;
    /// what it says goes into the file `log`.
    pub(crate) fn start_at(
        command: &mut Command,
        address: SocketAddr,
        log: &Path,
    ) -> Result<Self, Failure> {
        let (out, errors) = (File::create(log)?, File::options().append(true).open(log)?);
        let child = command.stdin(Stdio::null()).stdout(out).stderr(errors).spawn()?;
        let mut process = Self { child, address: format!("http://{address}") };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if process.child.try_wait()?.is_some() || Instant::now() > until {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("{command:?} did not start:\n{said}").into());
            }
            thread::sleep(PAUSE);
        }
        Ok(process)
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        Usage::of(self.id())
    }

    /// Tells it to stop and waits until it has; it must say that all went well.
    pub(crate) fn stop(self) -> Result<(), Failure> {
        let status = self.end("-TERM")?;
        if status.success() { Ok(()) } else { Err(format!("it ended: {status}").into()) }
    }

    /// Sends it a signal and waits until it has ended.
    pub(crate) fn end(mut self, signal: &str) -> Result<ExitStatus, Failure> {
        Command::new("kill").args([signal, &self.id().to_string()]).status()?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(PAUSE);
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

fn address_in(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    if line.get("message")? != "serving" {
        return None;
    }
    Some(format!("http://{}", line.get("address")?.as_str()?))
}

/// An address on loopback that nothing listens on, for programs that have to be told
/// one.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The first line that a program prints about its version.
pub(crate) fn version_of(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

/// The disk space that a directory takes, in bytes.
pub(crate) fn disk_bytes(directory: &Path) -> Result<u64, Failure> {
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
