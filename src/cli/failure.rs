//! Why a command fails, told so that a person can act on it.

use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::config::ConfigError;

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Why a command fails.
#[derive(Debug)]
pub(super) enum Failure {
    /// The answer is no, and was printed.
    No,
    /// What was written on the command line can't be done.
    Usage(String),
    /// Something went wrong.
    Error(String),
    /// The server answered with an error.
    Server(Box<Status>),
    /// Whoever read the output is gone.
    OutputClosed,
}

impl Failure {
    /// Tells the failure on standard error; gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        let (text, code) = match self {
            Self::No => return ExitCode::from(1),
            Self::OutputClosed => return ExitCode::SUCCESS,
            Self::Usage(text) => (text, 2),
            Self::Error(text) => (text, 1),
            Self::Server(status) => (server_error(&status), 1),
        };
        anstream::eprintln!("{ERROR}error:{ERROR:#} {text}");
        ExitCode::from(code)
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Server(Box::new(status))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Error(error.to_string()),
        }
    }
}

/// What the server says is wrong, over several lines.
pub(super) fn server_error(status: &Status) -> String {
    let code = status.code();
    let message = match status.message() {
        "" => code.description(),
        message => message,
    };
    format!("{message}{}", details(&status.get_error_details()))
}

/// The details of an error, each on a line of its own.
pub(super) fn details(details: &ErrorDetails) -> String {
    let mut text = String::new();
    for violation in details.bad_request().into_iter().flat_map(|bad| &bad.field_violations) {
        let _ = write!(text, "\n  {}: {}", violation.field, violation.description);
    }
    for violation in
        details.precondition_failure().into_iter().flat_map(|failure| &failure.violations)
    {
        let _ = write!(text, "\n  {}: {}", violation.subject, violation.description);
    }
    if let Some(info) = details.error_info() {
        let _ = write!(text, "\n  reason: {}", info.reason);
        let mut metadata: Vec<_> = info.metadata.iter().collect();
        metadata.sort();
        for (key, value) in metadata {
            let _ = write!(text, "\n    {key}: {value}");
        }
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        let _ = write!(text, "\n  try again in {delay:?}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expect_test::expect;
    use tonic::Code;

    use super::*;

    #[test]
    fn an_error_of_the_server_is_told_with_its_details() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("article.name", "`A` is no id");
        details.add_bad_request_violation("statements[3].kind", "7 is no kind");
        details.set_error_info("INVALID", "dicta", [("limit".to_owned(), "63".to_owned())]);
        details.set_retry_info(Some(Duration::from_secs(2)));
        let status =
            Status::with_error_details(Code::InvalidArgument, "the request is not valid", details);
        expect![[r#"
            the request is not valid
              article.name: `A` is no id
              statements[3].kind: 7 is no kind
              reason: INVALID
                limit: 63
              try again in 2s"#]]
        .assert_eq(&server_error(&status));
    }

    #[test]
    fn an_error_without_words_is_told_by_its_code() {
        assert_eq!(
            server_error(&Status::new(Code::NotFound, "")),
            "Some requested entity was not found"
        );
    }
}
