//! A server in a process of its own, which can be killed and held to limits.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tonic::transport::Channel;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dicta");
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A server process. It is killed with this value.
pub(crate) struct ServerProcess {
    process: Arc<Mutex<Child>>,
    pub(crate) address: String,
    /// What it says beside plain information.
    complaints: Arc<Mutex<String>>,
}

impl ServerProcess {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[]).expect("the server starts")
    }

    /// A server in whose environment these are set; else what it said when it ended.
    pub(crate) fn start_with(
        data: &Path,
        variables: &[(&'static str, String)],
    ) -> Result<Self, String> {
        let mut command = Command::new(PROGRAM);
        command.envs(variables.iter().cloned());
        Self::run(command, data)
    }

    /// A server whose files may grow to `bytes` each: then writes fail, as they
    /// do on a full or broken disk.
    pub(crate) fn start_with_file_limit(data: &Path, bytes: u64) -> Self {
        // POSIX counts in blocks of 512 bytes. The signal would end the process.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, PROGRAM]);
        Self::run(shell, data).expect("the server starts")
    }

    fn run(mut command: Command, data: &Path) -> Result<Self, String> {
        let mut process = command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data-dir"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(process.stderr.take().unwrap());
        let (found, serving) = mpsc::channel();
        let complaints = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&complaints);
        let reading = std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if said["message"] == "serving" {
                    let _ = found.send(format!("http://{}", said["address"].as_str().unwrap()));
                } else if said["level"] != "INFO" {
                    eprintln!("server: {line}");
                    *heard.lock().unwrap() += &line;
                }
            }
        });
        let process = Arc::new(Mutex::new(process));
        let mut server = Self { process, address: String::new(), complaints };
        match serving.recv_timeout(START_PATIENCE) {
            Ok(address) => server.address = address,
            Err(RecvTimeoutError::Disconnected) => {
                reading.join().unwrap();
                return Err(server.complaints());
            }
            Err(RecvTimeoutError::Timeout) => panic!("the server neither starts nor ends"),
        }
        Ok(server)
    }

    pub(crate) async fn connect(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }

    /// What it has said so far beside plain information.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.lock().unwrap().clone()
    }

    /// The thread that kills the process with SIGKILL, so long after it is told to.
    pub(crate) fn killer(&self, delay: Duration) -> mpsc::Sender<()> {
        let process = Arc::clone(&self.process);
        let (begin, begun) = mpsc::channel();
        std::thread::spawn(move || {
            if begun.recv().is_ok() {
                std::thread::sleep(delay);
                process.lock().unwrap().kill().unwrap();
            }
        });
        begin
    }

    /// SIGKILL: nothing of the process runs on.
    pub(crate) fn kill(&self) {
        self.process.lock().unwrap().kill().unwrap();
        self.wait();
    }

    /// Waits until the process is gone, and its data free for another; tells how it
    /// ended.
    pub(crate) fn wait(&self) -> ExitStatus {
        self.process.lock().unwrap().wait().unwrap()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        // Killed already, in most cases.
        let _ = process.kill();
        let _ = process.wait();
    }
}
