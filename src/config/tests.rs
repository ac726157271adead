use std::ffi::OsString;
use std::time::Duration;

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

fn loaded(file: &str, variables: &[(&str, &str)], flags: &Flags) -> Result<Loaded, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dicta.toml");
    std::fs::write(&path, file).unwrap();
    load(Some(path), &environment(variables), flags)
        .map_err(|error| error.to_string().replace(&format!("{}/", directory.path().display()), ""))
}

#[test]
fn without_anything_the_defaults_hold() {
    let config = load(None, &Environment::default(), &Flags::default()).unwrap().config;
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(config.seeds, None);
    assert_eq!(config.cache_mib, 64);
    assert_eq!(config.request_id_ttl, Duration::from_secs(24 * 3_600));
    assert_eq!(config.log, Log { format: LogFormat::Human, level: "info".into() });
    assert_eq!(config.server.message_bytes, 4 << 20);
    assert_eq!(config.bulk, BulkWindow { streams: 32, items: 256, bytes: 8 << 20 });
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let flag = Flags { cache_mib: Some("11".into()), ..Flags::default() };
    let variable = [("DICTA_CACHE_MIB", "10")];
    let check = |file: &str, variables: &[(&str, &str)], flags: &Flags, expected: u64| {
        assert_eq!(loaded(file, variables, flags).unwrap().config.cache_mib, expected);
    };
    check("", &[], &Flags::default(), 64);
    check("cache_mib = 9", &[], &Flags::default(), 9);
    check("cache_mib = 9", &variable, &Flags::default(), 10);
    check("cache_mib = 9", &variable, &flag, 11);
    check("", &[], &flag, 11);
}

#[test]
fn tables_and_their_variables_are_read() {
    let file = "[server]\nmessage_bytes = \"1 MiB\"\n[deadline]\ndefault = \"500ms\"\nmax='1s'\n";
    assert!(loaded(file, &[], &Flags::default()).is_err(), "500ms is under the least");
    let file = file.replace("500ms", "1s");
    let variables = [("DICTA_SERVER_KEEPALIVE_INTERVAL", "2m"), ("DICTA_LOG_FORMAT", "json")];
    let config = loaded(&file, &variables, &Flags::default()).unwrap().config;
    assert_eq!(config.server.message_bytes, 1 << 20);
    assert_eq!(config.server.keepalive_interval, Duration::from_secs(120));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn history_is_kept_unless_told_and_not_shorter_than_requests() {
    let history = |file: &str| loaded(file, &[], &Flags::default()).map(|it| it.config.history);
    assert_eq!(history(""), Ok(History { max_age: None, max_revisions: None }));
    let file = "[history]\nmax_age = \"30d\"\nmax_revisions = 100000\n";
    let month = Duration::from_secs(30 * 86_400);
    let expected = History { max_age: Some(month), max_revisions: Some(100_000) };
    assert_eq!(history(file), Ok(expected));
    let refused = history("[history]\nmax_age = \"1h\"\n").unwrap_err();
    assert!(refused.contains("history.max_age"), "{refused}");
    assert!(refused.contains("at least `request_id_ttl`"), "{refused}");
    let refused = history("[history]\nmax_revisions = 0\n").unwrap_err();
    assert!(refused.contains("or nothing"), "{refused}");
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.toml");
    std::fs::write(&path, "cache_mib = 12").unwrap();
    let named = environment(&[("DICTA_CONFIG", path.to_str().unwrap())]);
    assert_eq!(load(None, &named, &Flags::default()).unwrap().config.cache_mib, 12);
}

#[test]
fn an_error_names_the_key_its_source_and_what_is_allowed() {
    let check = |file: &str, variables: &[(&str, &str)], flags: Flags, expected: &str| {
        assert_eq!(loaded(file, variables, &flags).unwrap_err(), expected);
    };
    check(
        "\ncache_mib = 1",
        &[],
        Flags::default(),
        "`cache_mib` is `1` (dicta.toml line 2), but must be a whole number from 8 to 65536",
    );
    check(
        "",
        &[("DICTA_LISTEN", "localhost")],
        Flags::default(),
        "`listen` is `localhost` (variable DICTA_LISTEN), \
         but must be an IP address and a port, such as 127.0.0.1:50051",
    );
    check(
        "",
        &[],
        Flags { log_format: Some("xml".into()), ..Flags::default() },
        "`log.format` is `xml` (flag --log-format), but must be human or json",
    );
    check(
        "",
        &[("DICTA_LOG_LEVEL", "loud")],
        Flags::default(),
        "`log.level` is `loud` (variable DICTA_LOG_LEVEL), but must be off, error, warn, info, \
         debug or trace, or such a list as `info,dicta=debug`",
    );
    check(
        "[server]\nmessage_bytes = 12",
        &[],
        Flags::default(),
        "`server.message_bytes` is `12` (dicta.toml line 2), \
         but must be a size from 64 KiB to 64 MiB, such as `4 MiB`",
    );
    check(
        "[deadline]\nmax = \"5s\"",
        &[],
        Flags::default(),
        "`deadline.default` is `30s` (default), but must be at most `deadline.max`",
    );
    check(
        "\n\ndatadir = 'x'",
        &[],
        Flags::default(),
        "dicta.toml line 3: there is no key `datadir`; did you mean `data_dir`?",
    );
    check(
        "[colour]\nred = 1",
        &[],
        Flags::default(),
        "dicta.toml line 1: there is no key `colour`",
    );
    check(
        "listen = [1]",
        &[],
        Flags::default(),
        "`listen` is `a list` (dicta.toml line 1), but must be an IP address and a port, such as 127.0.0.1:50051",
    );
    check(
        "[extractor]\naddress = 'localhost:50052'",
        &[],
        Flags::default(),
        "`extractor.address` is `localhost:50052` (dicta.toml line 2), but must be http:// or \
         https://, a host and a port, such as http://127.0.0.1:50052, or nothing",
    );
    check(
        "[extractor]\naddress = 'https://extractor:50052'",
        &[],
        Flags::default(),
        "`extractor.tls_ca` is `` (default), but must be the authorities that may vouch for the \
         extractor, such as `/etc/ssl/certs/ca-certificates.crt`: its address begins with https",
    );
    check(
        "[extractor]\naddress = 'http://extractor:50052'\ntls_ca = 'ca.pem'",
        &[],
        Flags::default(),
        "`extractor.tls_ca` is `ca.pem` (dicta.toml line 3), but must be empty, as long as \
         `extractor.address` does not begin with https",
    );
    check(
        "[extractor]\naddress = 'https://extractor'\ntls_ca = 'ca.pem'\ntls_key = 'key.pem'",
        &[],
        Flags::default(),
        "`extractor.tls_certificate` is `` (default), but must be that of the private key",
    );
    let error = loaded("a = 1\nlisten 5", &[], &Flags::default()).unwrap_err();
    assert!(error.starts_with("dicta.toml line 2 is no TOML: "), "{error}");
}

#[test]
fn a_missing_file_and_a_variable_that_is_no_text_are_told() {
    let missing = load(Some("/nowhere/d.toml".into()), &Environment::default(), &Flags::default());
    let error = missing.unwrap_err().to_string();
    assert!(error.starts_with("the configuration file /nowhere/d.toml can't be read: "), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let value = OsString::from_vec(vec![0xff]);
        let broken = Environment::of([(OsString::from("DICTA_LISTEN"), value)]);
        let error = load(None, &broken, &Flags::default()).unwrap_err().to_string();
        assert_eq!(error, "the variable DICTA_LISTEN is no UTF-8");
    }
}

#[test]
fn what_is_printed_says_where_it_came_from_and_reads_back() {
    let flags = Flags { listen: Some("0.0.0.0:7".into()), ..Flags::default() };
    let loaded = loaded("cache_mib = 9", &[("DICTA_LOG_LEVEL", "debug")], &flags).unwrap();
    let printed = effective(&loaded);
    assert!(printed.contains("listen = \"0.0.0.0:7\"  # flag --listen\n"), "{printed}");
    assert!(printed.contains("level = \"debug\"  # variable DICTA_LOG_LEVEL\n"), "{printed}");
    assert!(printed.contains("dicta.toml line 1\n"), "{printed}");
    assert!(printed.contains("data_dir = \"./data\"  # default\n"), "{printed}");
    let mut values = Values::defaults();
    values.take_file(std::path::Path::new("printed.toml"), &printed).unwrap();
    assert_eq!(Config::read(&values).unwrap(), loaded.config);
}

#[test]
fn clients_ask_the_flag_then_the_variable_then_loopback() {
    let named = environment(&[("DICTA_ADDRESS", "http://b:1")]);
    assert_eq!(client_address(Some("http://a:1".into()), &named).unwrap(), "http://a:1");
    assert_eq!(client_address(None, &named).unwrap(), "http://b:1");
    assert_eq!(client_address(None, &Environment::default()).unwrap(), DEFAULT_ADDRESS);
}

#[test]
fn a_wildcard_listen_address_is_asked_on_loopback() {
    let check = |listen: &str, expected: &str| {
        let flags = Flags { listen: Some(listen.into()), ..Flags::default() };
        assert_eq!(loaded("", &[], &flags).unwrap().config.local_address(), expected);
    };
    check("0.0.0.0:9", "http://127.0.0.1:9");
    check("[::]:9", "http://[::1]:9");
    check("10.0.0.1:9", "http://10.0.0.1:9");
}

#[test]
fn the_readme_shows_the_keys() {
    let readme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    if let Ok(text) = std::fs::read_to_string(readme) {
        let table = markdown_table();
        assert!(text.contains(&table), "README.md should show this table:\n{table}");
    }
}
