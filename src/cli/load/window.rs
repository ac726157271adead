//! What was sent, or is to be, and is not acknowledged yet.

use std::collections::VecDeque;

use prost::Message;

/// The most items of one message.
const MESSAGE_ITEMS: usize = 64;
/// The bytes that a message is filled up to; a larger item goes alone.
const MESSAGE_BYTES: usize = 1 << 20;
/// The bytes that may be under way.
const WINDOW_BYTES: usize = 8 << 20;

/// An item that is not acknowledged yet.
#[derive(Clone, Debug)]
pub(super) struct Pending<P> {
    pub(super) sequence: i64,
    /// The line it was read from, and what stood there.
    pub(super) line: usize,
    pub(super) source: String,
    pub(super) payload: P,
    /// How often the server asked for it again.
    pub(super) attempts: u32,
    bytes: usize,
}

/// The items under way, in the order of their sequence.
#[derive(Debug)]
pub(super) struct Window<P> {
    pending: VecDeque<Pending<P>>,
    /// How many of them were sent on the stream that is open now.
    sent: usize,
    bytes: usize,
    last_sequence: i64,
    items_limit: usize,
}

impl<P: Message + Clone> Window<P> {
    pub(super) fn new(items_limit: usize) -> Self {
        Self { pending: VecDeque::new(), sent: 0, bytes: 0, last_sequence: 0, items_limit }
    }

    pub(super) fn has_room(&self) -> bool {
        self.pending.len() < self.items_limit && self.bytes < WINDOW_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.sent < self.pending.len()
    }

    /// Takes in an item, to be sent after all others.
    pub(super) fn push(&mut self, line: usize, source: String, payload: P) {
        let bytes = payload.encoded_len();
        self.append(Pending { sequence: 0, line, source, payload, attempts: 0, bytes });
    }

    /// Takes an item in again that the server acknowledged as to be tried again.
    pub(super) fn push_again(&mut self, pending: Pending<P>) {
        let attempts = pending.attempts + 1;
        self.append(Pending { attempts, ..pending });
    }

    fn append(&mut self, mut pending: Pending<P>) {
        self.last_sequence += 1;
        pending.sequence = self.last_sequence;
        self.bytes += pending.bytes;
        self.pending.push_back(pending);
    }

    /// What the next message is to hold, each item with its sequence.
    pub(super) fn next_message(&mut self) -> Vec<(i64, P)> {
        let mut items = Vec::new();
        let mut bytes = 0;
        for pending in self.pending.iter().skip(self.sent).take(MESSAGE_ITEMS) {
            bytes += pending.bytes;
            if bytes > MESSAGE_BYTES && !items.is_empty() {
                break;
            }
            items.push((pending.sequence, pending.payload.clone()));
        }
        self.sent += items.len();
        items
    }

    /// The item that an acknowledgement is for: the oldest one, if the server
    /// keeps to the order.
    pub(super) fn acknowledge(&mut self, sequence: i64) -> Option<Pending<P>> {
        if self.sent == 0 || self.pending.front()?.sequence != sequence {
            return None;
        }
        self.sent -= 1;
        let pending = self.pending.pop_front()?;
        self.bytes -= pending.bytes;
        Some(pending)
    }

    /// Forgets what was sent: a new stream begins.
    pub(super) fn rewind(&mut self) {
        self.sent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::pb;

    fn window(items: usize, body_bytes: usize) -> Window<pb::IngestArticleRequest> {
        let mut window = Window::new(100);
        for line in 1..=items {
            let article = pb::Article { body: "x".repeat(body_bytes), ..Default::default() };
            let request = pb::IngestArticleRequest { article: Some(article), ..Default::default() };
            window.push(line, String::new(), request);
        }
        window
    }

    fn sequences<P>(message: &[(i64, P)]) -> Vec<i64> {
        message.iter().map(|(sequence, _)| *sequence).collect()
    }

    #[test]
    fn a_message_is_bounded_by_items_and_bytes() {
        let mut small = window(70, 1);
        assert_eq!(small.next_message().len(), MESSAGE_ITEMS);
        assert_eq!(small.next_message().len(), 6);
        assert!(!small.has_unsent());
        let mut large = window(3, MESSAGE_BYTES / 2 + 1);
        assert_eq!(sequences(&large.next_message()), [1]);
        let mut huge = window(1, 3 * MESSAGE_BYTES);
        assert_eq!(huge.next_message().len(), 1);
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        assert!(window(99, 1).has_room());
        assert!(!window(100, 1).has_room());
        assert!(!window(9, WINDOW_BYTES / 8).has_room());
    }

    #[test]
    fn acknowledgements_come_in_order_and_only_for_what_was_sent() {
        let mut window = window(3, 1);
        assert!(window.acknowledge(1).is_none());
        window.next_message();
        assert!(window.acknowledge(2).is_none());
        assert_eq!(window.acknowledge(1).unwrap().line, 1);
        assert_eq!(window.acknowledge(2).unwrap().line, 2);
    }

    #[test]
    fn a_new_stream_begins_with_what_is_unacknowledged() {
        let mut window = window(3, 1);
        window.next_message();
        let first = window.acknowledge(1).unwrap();
        window.push_again(first);
        window.rewind();
        assert_eq!(sequences(&window.next_message()), [2, 3, 4]);
    }
}
