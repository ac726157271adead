//! Opening what is kept: told of, again and again while it takes long.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, interval_at};

/// How often there is word of an opening that goes on.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Waits until something is open that lies in a file or directory; tells when that
/// begins, that it goes on, and how long it took.
pub(super) async fn told<T, E>(
    what: &'static str,
    path: &Path,
    opening: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let bytes = bytes(path);
    let begun = Instant::now();
    let seconds = || begun.elapsed().as_secs_f64();
    tracing::info!(what, bytes, "opening");
    let mut again = interval_at(begun + TOLD_EVERY, TOLD_EVERY);
    tokio::pin!(opening);
    let opened = loop {
        tokio::select! {
            opened = &mut opening => break opened?,
            _ = again.tick() => tracing::info!(what, bytes, seconds = seconds(), "still opening"),
        }
    };
    tracing::info!(what, bytes, seconds = seconds(), "opened");
    Ok(opened)
}

/// How many bytes lie there; 0 where nothing does, or nothing can be told of it.
fn bytes(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| bytes(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_directories_is_counted() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(bytes(&home.path().join("nothing")), 0);
        fs::create_dir_all(home.path().join("a/b")).unwrap();
        fs::write(home.path().join("a/b/three"), "abc").unwrap();
        fs::write(home.path().join("a/four"), "abcd").unwrap();
        assert_eq!(bytes(home.path()), 7);
        assert_eq!(bytes(&home.path().join("a/four")), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn an_opening_that_fails_fails() {
        let home = tempfile::tempdir().unwrap();
        let slow = async {
            tokio::time::sleep(TOLD_EVERY * 3).await;
            Err::<(), _>("damaged")
        };
        assert_eq!(told("records", home.path(), slow).await, Err("damaged"));
    }
}
