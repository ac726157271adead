//! Which way a list goes, and within which times.

/// Which way an access path is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// In its order.
    #[default]
    Along,
    /// In the very reverse.
    Against,
}

/// A window on the first of the times that a path is ordered by, in microseconds
/// since 1970. Paths that are ordered by something else take no notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first time; `None`: no bound, and what has no time is let in.
    pub from: Option<i64>,
    /// The time behind the last; `None`: no bound.
    pub before: Option<i64>,
}

impl Window {
    /// Whether a time lies in it.
    #[must_use]
    pub fn holds(&self, time: Option<i64>) -> bool {
        let Some(time) = time else { return self.from.is_none() };
        self.from.is_none_or(|from| time >= from) && self.before.is_none_or(|before| time < before)
    }
}
