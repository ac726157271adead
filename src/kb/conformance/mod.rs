//! Whether a knowledge base over any backend is what the model says it is: random
//! steps of many kinds, and after each all reads that the model can answer.
//!
//! `DICTA_MODEL_STEPS` makes it longer, `DICTA_MODEL_SEED` does the same again. A
//! step that makes a difference is printed with the fewest steps before it that
//! still bring it about.

mod draw;
mod found;
mod kinds;
mod model;
mod operation;
mod reads;
mod run;

use self::run::hold;
use crate::store::memory::tests::in_memory;
use crate::store::sled::tests::on_disk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_knowledge_base_in_memory_is_what_the_model_says() {
    hold(in_memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_knowledge_base_on_disk_is_what_the_model_says() {
    hold(on_disk).await;
}
