//! What a subscriber heard, held against the rules of a stream.

use dicta::rpc::pb;

/// What was heard, up to a token.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) events: Vec<pb::WatchEvent>,
    pub(crate) token: String,
    pub(crate) revision: i64,
    /// Heard, but of a revision that goes on.
    open: Vec<pb::WatchEvent>,
}

impl Heard {
    /// Takes a message in, and holds it against the rules of a stream.
    pub(crate) fn take(&mut self, message: pb::WatchResponse) {
        self.open.extend(message.events);
        if message.token.is_empty() {
            return;
        }
        assert!(message.revision >= self.revision, "the stream went back");
        let mut last = self.revision;
        for event in &self.open {
            assert!(event.revision >= last && event.revision > self.revision, "out of order");
            assert!(event.revision <= message.revision, "beyond its token");
            last = event.revision;
        }
        self.events.append(&mut self.open);
        (self.token, self.revision) = (message.token, message.revision);
    }

    /// Forgets what no token covers: it comes again.
    pub(crate) fn cut(&mut self) {
        self.open.clear();
    }
}
