//! What the wire says where a call fails before or around its use case.

use prost::DecodeError;
use tonic::{Code, Status};
use uuid::Uuid;

use super::Answer;

/// That a message does not decode, such as one with text that is no UTF-8.
#[must_use]
pub fn undecodable(error: &DecodeError) -> Status {
    let message = format!("the message does not decode: {error}");
    Answer::new(Code::InvalidArgument, "UNDECODABLE", message).into_status()
}

/// That a call names a base that is not here.
#[must_use]
pub fn unknown_base(base: &str) -> Status {
    let base: String = base.chars().take(64).collect();
    let message =
        format!("there is no base `{base}` here: leave out `dicta-base`, or say `default`");
    Answer::new(Code::NotFound, "UNKNOWN_BASE", message).with("base", base).into_status()
}

/// That a method answers only where the server listens on a loopback address.
#[must_use]
pub fn loopback_only() -> Status {
    let message = "this method answers only where the server listens on a loopback address, as                    long as callers are not authenticated: start it with a listen address such as                    127.0.0.1:50051";
    Answer::new(Code::PermissionDenied, "LOOPBACK_ONLY", message).into_status()
}

/// That the server has as much to do as a limit allows; nothing was done.
#[must_use]
pub fn overloaded(limit: &str) -> Status {
    let message = format!(
        "the server has as much to do as the limit {limit} allows: try again in a moment, with \
         fewer calls or streams at once"
    );
    Answer::new(Code::ResourceExhausted, "OVERLOADED", message)
        .with("limit", limit)
        .retry()
        .into_status()
}

/// That the deadline passed before the answer was there.
#[must_use]
pub fn deadline_exceeded() -> Status {
    let message = "the deadline passed before the answer was there: a write may be stored or not; \
                   send it again with the same request_id, or allow more time";
    Answer::new(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", message).into_status()
}

/// That a handler panicked: a fault of the server's own, to be found in its log.
#[must_use]
pub fn panicked(incident: Uuid) -> Status {
    let message = format!("the server failed; its log says why under the id {incident}");
    Answer::new(Code::Internal, "INTERNAL", message).with("incident", incident).into_status()
}

/// That an answer does not fit into a message.
#[must_use]
pub fn answer_too_large(size: usize, limit: usize) -> Status {
    let message = format!(
        "the answer has {size} bytes, over the limit message_bytes of {limit}: ask for less at \
         once"
    );
    Answer::new(Code::ResourceExhausted, "ANSWER_TOO_LARGE", message)
        .with("limit", "message_bytes")
        .into_status()
}

/// That a bulk stream's sequence does not increase.
#[must_use]
pub fn sequence_not_increasing(last: i64, found: i64) -> Status {
    let message = format!(
        "the sequence {found} does not lie above {last}: number the items of a stream in \
         increasing order, from above 0; the items before it are acknowledged"
    );
    Answer::new(Code::InvalidArgument, "SEQUENCE_NOT_INCREASING", message)
        .violation("items.sequence", "SEQUENCE_NOT_INCREASING")
        .into_status()
}

/// What the transport says of a message that it cannot take, with the way round it;
/// any other status as it is.
#[must_use]
pub fn transport_explained(status: Status) -> Status {
    if !status.details().is_empty() {
        return status;
    }
    let said = status.message().trim_start_matches("Error, ");
    match status.code() {
        Code::OutOfRange if said.contains("message length too large") => {
            too_large(Code::OutOfRange, said)
        }
        Code::ResourceExhausted if said.starts_with("Error decompressing: size limit") => {
            too_large(Code::ResourceExhausted, "the message is larger than the limit once unpacked")
        }
        Code::Internal if said.starts_with("Error decompressing") => {
            let message = format!("the message does not unpack as its grpc-encoding says: {said}");
            Answer::new(Code::InvalidArgument, "UNDECODABLE", message).into_status()
        }
        _ => status,
    }
}

fn too_large(code: Code, said: &str) -> Status {
    let message = format!(
        "{said} (message_bytes): send less at once, such as fewer statements an ingest or fewer \
         items a message"
    );
    Answer::new(code, "MESSAGE_TOO_LARGE", message).with("limit", "message_bytes").into_status()
}
