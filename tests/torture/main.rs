//! The torture program: a real server, many clients, and deaths at every turn. After
//! each, everything that was acknowledged is there, exactly; no write is there by
//! halves; a subscriber that goes on from its token has missed nothing and heard
//! nothing twice; and what is derived is what follows from the records.
//!
//! `cargo test --test torture` takes a minute. `DICTA_TORTURE_CYCLES` and
//! `DICTA_TORTURE_BACKUPS` say how many deaths and backups under load it takes, and
//! `DICTA_TORTURE_SEED` what is written and where the server dies.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod backups;
mod base;
mod bulk;
mod death;
mod ledger;
mod load;
mod operation;
mod report;
mod requests;
mod round;
mod subscriber;
mod wording;
mod world;
mod writer;

#[path = "../it/disk.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod disk;
#[path = "../it/watch/heard.rs"]
mod heard;
#[path = "../it/process.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod process;

use report::Report;
use round::Round;

const DEFAULT_CYCLES: u64 = 6;
const DEFAULT_BACKUPS: u64 = 2;
/// After so many cycles a new data directory is begun, so that checks stay short.
const CYCLES_A_ROUND: u64 = 8;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let cycles = number("DICTA_TORTURE_CYCLES").unwrap_or(DEFAULT_CYCLES);
    let backups = number("DICTA_TORTURE_BACKUPS").unwrap_or(DEFAULT_BACKUPS);
    let random = || uuid::Uuid::new_v4().as_u64_pair().0;
    let seed = number("DICTA_TORTURE_SEED").unwrap_or_else(random);
    println!(
        "DICTA_TORTURE_SEED={seed} DICTA_TORTURE_CYCLES={cycles} DICTA_TORTURE_BACKUPS={backups}"
    );
    let mut report = Report::new();
    let mut left = cycles;
    for round in 0.. {
        let now = left.min(CYCLES_A_ROUND);
        left -= now;
        let mut base = Round::new(seed.wrapping_add(round << 32));
        base.run(now, &mut report).await;
        if left == 0 {
            base.back_up(backups, &mut report).await;
            break;
        }
    }
    report.end();
}
