//! Every key, with its default and its meaning: the one place that says them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::error::ConfigError;
use super::layers::Values;
use super::value::{self, LogFormat};

/// A key as told to people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// The name in the file; a dot stands for a table.
    pub(super) name: &'static str,
    /// The default as it is written in the file.
    pub(super) default: &'static str,
    /// What it means.
    pub(super) meaning: &'static str,
}

impl Key {
    /// The variable of the environment that sets it.
    pub(super) fn variable(&self) -> String {
        format!("DICTA_{}", self.name.to_uppercase().replace('.', "_"))
    }
}

/// All keys in the order of the file: those of no table first.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    [
        Config::KEYS,
        Log::KEYS,
        ServerLimits::KEYS,
        BulkWindow::KEYS,
        WatchStreams::KEYS,
        SearchIndex::KEYS,
        QuotationsKept::KEYS,
        History::KEYS,
        Deadlines::KEYS,
        RemoteExtractor::KEYS,
    ]
    .into_iter()
    .flatten()
}

/// Declares a group of keys: the struct that holds their checked values, the
/// table that documents them, and the reading of the one from the other.
macro_rules! keys {
    (
        $(#[$group_doc:meta])*
        $group:ident {
            $($field:ident: $type:ty = $name:literal, $default:literal, $read:expr, $meaning:literal;)*
        }
        $($(#[$table_doc:meta])* $table:ident: $table_type:ident;)*
    ) => {
        $(#[$group_doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $group {
            $(#[doc = $meaning] pub $field: $type,)*
            $($(#[$table_doc])* pub $table: $table_type,)*
        }

        impl $group {
            pub(super) const KEYS: &'static [Key] =
                &[$(Key { name: $name, default: $default, meaning: $meaning },)*];

            pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
                Ok(Self {
                    $($field: values.read($name, $read)?,)*
                    $($table: $table_type::read(values)?,)*
                })
            }
        }
    };
}

keys! {
    /// What the server runs with.
    Config {
        data_dir: PathBuf = "data_dir", "./data", value::path,
            "Where the data is kept; made where it is missing.";
        listen: SocketAddr = "listen", "127.0.0.1:50051", value::socket_address,
            "The address and port to listen on.";
        seeds: Option<PathBuf> = "seeds", "", value::optional(value::path),
            "A directory of JSON files to load, once, into an empty base. Empty: none.";
        cache_mib: u64 = "cache_mib", "64", value::number(8..=65_536),
            "Memory for cached data, in MiB.";
        min_free_mib: u64 = "min_free_mib", "256", value::number(0..=1_048_576),
            "Free space on the disk, in MiB, below which writes are refused until there is more.";
        request_id_ttl: Duration = "request_id_ttl", "24h", value::duration(60..=2_592_000),
            "How long a `request_id` is remembered.";
        shutdown_grace: Duration = "shutdown_grace", "10s", value::duration(0..=600),
            "How long calls may go on after the server was told to stop.";
    }
    /// What is logged, and how.
    log: Log;
    /// The limits of connections and messages.
    server: ServerLimits;
    /// How many bulk streams there may be, and what each may have unacknowledged.
    bulk: BulkWindow;
    /// How Watch streams are handled.
    watch: WatchStreams;
    /// How quotations are kept.
    quotations: QuotationsKept;
    /// How much history is kept.
    history: History;
    /// The search index.
    search: SearchIndex;
    /// How long calls may take.
    deadline: Deadlines;
    /// The extractor that ingests with `extraction: REMOTE` ask.
    extractor: RemoteExtractor;
}

keys! {
    /// How quotations are kept.
    QuotationsKept {
        cache_mib: u64 = "quotations.cache_mib", "32", value::number(0..=65_536),
            "Memory for cached quotations, in MiB. 0: none are kept, and questions about them are not answered.";
    }
}

keys! {
    /// What is logged, and how.
    Log {
        format: LogFormat = "log.format", "human", value::log_format,
            "How log lines are written: `human` or `json`.";
        level: String = "log.level", "info", value::log_level,
            "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or a list such as `info,dicta=debug`.";
    }
}

keys! {
    /// The limits of connections and messages.
    ServerLimits {
        message_bytes: usize = "server.message_bytes", "4 MiB", value::bytes(65_536..=67_108_864),
            "The largest message either way.";
        connections: usize = "server.connections", "512", value::number(1..=1_000_000),
            "Connections open at once; more are told so and closed. Each needs a file descriptor.";
        preface_timeout: Duration = "server.preface_timeout", "10s", value::duration(1..=600),
            "How long a new connection may take to begin to speak HTTP/2.";
        concurrency: usize = "server.concurrency", "256", value::number(1..=1_000_000),
            "Calls served at once, until their answers are read; more are refused with a hint when to retry.";
        concurrency_per_connection: usize = "server.concurrency_per_connection", "128",
            value::number(1..=1_000_000),
            "Calls and bulk streams served at once on one connection.";
        in_flight_bytes: usize = "server.in_flight_bytes", "256 MiB",
            value::bytes(65_536..=4_294_967_295),
            "What the requests and answers of all calls may fill, at least `server.message_bytes`.";
        max_concurrent_streams: u32 = "server.max_concurrent_streams", "128",
            value::number(1..=1_000_000),
            "Streams that one connection may have open; clients wait with more.";
        max_header_list_bytes: u32 = "server.max_header_list_bytes", "16 KiB",
            value::bytes(4_096..=1_048_576),
            "The largest headers of a call.";
        max_local_error_reset_streams: usize = "server.max_local_error_reset_streams", "1024",
            value::number(1..=1_000_000),
            "Faulty streams after which a connection is closed.";
        max_pending_accept_reset_streams: usize = "server.max_pending_accept_reset_streams", "256",
            value::number(1..=100_000),
            "Streams reset by a client before they were served, after which its connection is closed. A client whose deadlines pass resets all it has.";
        stream_window_bytes: u32 = "server.stream_window_bytes", "1 MiB",
            value::bytes(65_535..=1_073_741_824),
            "What a client may send ahead on one stream.";
        connection_window_bytes: u32 = "server.connection_window_bytes", "16 MiB",
            value::bytes(65_535..=1_073_741_824),
            "What a client may send ahead on one connection.";
        keepalive_interval: Duration = "server.keepalive_interval", "30s", value::duration(1..=86_400),
            "How often a quiet connection is asked whether it lives.";
        keepalive_timeout: Duration = "server.keepalive_timeout", "20s", value::duration(1..=3_600),
            "How long the answer to that may take.";
        slow_reader_timeout: Duration = "server.slow_reader_timeout", "2m", value::duration(1..=3_600),
            "How long an answer may wait for its client to read before the connection is closed.";
    }
}

keys! {
    /// How many bulk streams there may be, and what each may have unacknowledged.
    BulkWindow {
        streams: usize = "bulk.streams", "32", value::number(1..=100_000),
            "Bulk streams and imports open at once, apart from `server.concurrency`.";
        items: usize = "bulk.items", "256", value::number(1..=100_000),
            "Items that a bulk stream may have unacknowledged.";
        bytes: usize = "bulk.bytes", "8 MiB", value::bytes(65_536..=1_073_741_824),
            "Bytes that a bulk stream may have unacknowledged.";
    }
}

keys! {
    /// How Watch streams are handled.
    WatchStreams {
        streams: usize = "watch.streams", "1024", value::number(1..=1_000_000),
            "Watch streams open at once, apart from `server.concurrency`.";
        checkpoint_interval: Duration = "watch.checkpoint_interval", "30s", value::duration(1..=3_600),
            "After how long without a message a Watch is sent a checkpoint.";
        slow_reader_timeout: Duration = "watch.slow_reader_timeout", "30s", value::duration(1..=3_600),
            "How long a message may wait for the client of a Watch to read before the stream is cut off.";
    }
}

keys! {
    /// How much history is kept. What is older can no longer be read, nor watched from.
    History {
        max_age: Option<Duration> = "history.max_age", "", value::optional(value::duration(60..=3_153_600_000)),
            "How far back reads as of a time reach, at least `request_id_ttl`. Empty: all history is kept.";
        max_revisions: Option<u64> = "history.max_revisions", "", value::optional(value::number(1..=u32::MAX)),
            "How many revisions before the newest can be read; those of the last `request_id_ttl` in any case. Empty: all.";
    }
}

keys! {
    /// The search index.
    SearchIndex {
        enabled: bool = "search.enabled", "true", value::truth,
            "Whether a search index is kept, in `search/` in the data directory. It may be deleted: it is built again.";
        memory_bytes: usize = "search.memory", "64 MiB", value::bytes(16_777_216..=1_073_741_824),
            "Memory for records that were indexed and not yet written; as much again during a rebuild.";
    }
}

keys! {
    /// How long calls may take.
    Deadlines {
        default: Duration = "deadline.default", "30s", value::duration(1..=86_400),
            "The deadline of a call that brings none.";
        max: Duration = "deadline.max", "10m", value::duration(1..=86_400),
            "The longest deadline; a later one is cut to it.";
    }
}

keys! {
    /// The extractor that ingests with `extraction: REMOTE` ask.
    RemoteExtractor {
        address: Option<Url> = "extractor.address", "", value::optional(value::web_address),
            "The address of a server of `dicta.extractor.v1.ExtractorService`, such as `http://127.0.0.1:50052`; `https` for TLS. Empty: `REMOTE` is not served.";
        deadline: Duration = "extractor.deadline", "20s", value::duration(1..=3_600),
            "How long it may take over one text, with all that is tried again.";
        connect_timeout: Duration = "extractor.connect_timeout", "2s", value::duration(1..=60),
            "How long connecting to it may take.";
        retries: u32 = "extractor.retries", "3", value::number(0..=100),
            "How often a text is sent again to it when it is UNAVAILABLE, within the deadline.";
        concurrency: usize = "extractor.concurrency", "8", value::number(1..=10_000),
            "Texts sent to it at once; more wait.";
        message_bytes: usize = "extractor.message_bytes", "4 MiB", value::bytes(65_536..=67_108_864),
            "The largest answer that is taken from it.";
        tls_ca: Option<PathBuf> = "extractor.tls_ca", "", value::optional(value::path),
            "A PEM file with the authorities that may vouch for it; needed for `https`.";
        tls_certificate: Option<PathBuf> = "extractor.tls_certificate", "", value::optional(value::path),
            "A PEM file with the certificate that is shown to it. Empty: none.";
        tls_key: Option<PathBuf> = "extractor.tls_key", "", value::optional(value::path),
            "A PEM file with the private key of that certificate.";
    }
}
