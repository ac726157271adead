//! The configuration: a file, over it the environment, over it flags; checked
//! once, then handed on as values.

mod error;
mod keys;
mod layers;
mod print;
mod value;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

pub use self::error::ConfigError;
pub use self::keys::{
    BulkWindow, Config, Deadlines, History, Log, QuotationsKept, RemoteExtractor, SearchIndex,
    ServerLimits, WatchStreams,
};
pub use self::layers::{Environment, Flags};
pub use self::print::{effective, markdown_table};
pub use self::value::LogFormat;

use self::layers::Values;

/// The variable that names the configuration file where no flag does.
const FILE_VARIABLE: &str = "DICTA_CONFIG";
/// The variable that names the server which client commands ask.
const ADDRESS_VARIABLE: &str = "DICTA_ADDRESS";
/// The server which client commands ask where nothing names one.
const DEFAULT_ADDRESS: &str = "http://127.0.0.1:50051";

/// A checked configuration, and where each of its values came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    values: Values,
}

/// Reads and checks the configuration. `file` is the `--config` flag; without
/// it `DICTA_CONFIG` is asked, and without that there is no file.
pub fn load(
    file: Option<PathBuf>,
    environment: &Environment,
    flags: &Flags,
) -> Result<Loaded, ConfigError> {
    let named = match file {
        Some(path) => Some(path),
        None => environment.get(FILE_VARIABLE)?.filter(|path| !path.is_empty()).map(Into::into),
    };
    let mut values = Values::defaults();
    if let Some(path) = named {
        let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        values.take_file(&path, &text)?;
    }
    values.take_environment(environment)?;
    values.take_flags(flags);
    let config = Config::read(&values)?;
    config.check_together(&values)?;
    Ok(Loaded { config, values })
}

/// The server that client commands ask: the flag, else `DICTA_ADDRESS`, else
/// the default.
pub fn client_address(
    flag: Option<String>,
    environment: &Environment,
) -> Result<String, ConfigError> {
    let address = match flag {
        Some(address) => Some(address),
        None => environment.get(ADDRESS_VARIABLE)?.filter(|address| !address.is_empty()),
    };
    Ok(address.unwrap_or_else(|| DEFAULT_ADDRESS.to_owned()))
}

impl Config {
    /// The address at which this machine reaches the server: a wildcard listen
    /// address is asked on loopback.
    #[must_use]
    pub fn local_address(&self) -> String {
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.listen.port()))
    }

    /// Checks what no single key can tell.
    fn check_together(&self, values: &Values) -> Result<(), ConfigError> {
        if self.deadline.default > self.deadline.max {
            return Err(values.refuse("deadline.default", "at most `deadline.max`"));
        }
        if self.server.stream_window_bytes > self.server.connection_window_bytes {
            let allowed = "at most `server.connection_window_bytes`";
            return Err(values.refuse("server.stream_window_bytes", allowed));
        }
        if self.server.message_bytes > self.server.in_flight_bytes {
            let allowed = "at least `server.message_bytes`";
            return Err(values.refuse("server.in_flight_bytes", allowed));
        }
        if self.history.max_age.is_some_and(|age| age < self.request_id_ttl) {
            return Err(values.refuse("history.max_age", "at least `request_id_ttl`"));
        }
        self.check_extractor(values)
    }

    /// Checks that what TLS to the extractor needs is there, and nothing that it
    /// would leave aside.
    fn check_extractor(&self, values: &Values) -> Result<(), ConfigError> {
        let extractor = &self.extractor;
        let secure = extractor.address.as_ref().is_some_and(|it| it.scheme() == "https");
        let given = [
            ("extractor.tls_ca", extractor.tls_ca.is_some()),
            ("extractor.tls_certificate", extractor.tls_certificate.is_some()),
            ("extractor.tls_key", extractor.tls_key.is_some()),
        ];
        if secure && extractor.tls_ca.is_none() {
            let allowed = "the authorities that may vouch for the extractor, such as \
                           `/etc/ssl/certs/ca-certificates.crt`: its address begins with https";
            return Err(values.refuse("extractor.tls_ca", allowed));
        }
        if let Some((key, _)) = given.iter().find(|(_, given)| *given && !secure) {
            let allowed = "empty, as long as `extractor.address` does not begin with https";
            return Err(values.refuse(key, allowed));
        }
        match (&extractor.tls_certificate, &extractor.tls_key) {
            (Some(_), None) => Err(values.refuse("extractor.tls_key", "that of the certificate")),
            (None, Some(_)) => {
                Err(values.refuse("extractor.tls_certificate", "that of the private key"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
