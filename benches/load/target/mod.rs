//! Against what it is done: Dicta and its peers, each a process of its own.

mod acks;
pub(crate) mod dicta;
pub(crate) mod echo;
pub(crate) mod entries;
pub(crate) mod etcd;
pub(crate) mod floor;
pub(crate) mod peer;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod unary;
pub(crate) mod usage;
