//! What the wire says where a Watch ends before its client is done with it; each
//! says where to resume.

use tonic::{Code, Status};

use super::Answer;

/// That the client does not read what is sent.
#[must_use]
pub fn watch_slow_reader(token: &str) -> Status {
    let message = "the stream was not read for too long: read faster, narrow it by filters, or \
                   resume from the token later";
    Answer::new(Code::ResourceExhausted, "SLOW_READER", message)
        .with("token", token)
        .with("limit", "watch.slow_reader_timeout")
        .into_status()
}

/// That the server stops.
#[must_use]
pub fn watch_stopping(token: &str) -> Status {
    let message = "the server is stopping: resume from the token, at another server or later";
    Answer::new(Code::Unavailable, "STOPPING", message).with("token", token).retry().into_status()
}

/// That the client's own deadline has passed.
#[must_use]
pub fn watch_deadline(token: &str) -> Status {
    let message = "the deadline of the stream has passed: resume from the token";
    Answer::new(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", message)
        .with("token", token)
        .into_status()
}
