//! What is taken up again after a stop.

use std::sync::Arc;

use uuid::Uuid;

use super::base::{By, article, prose, said};
use crate::derive::Derived as _;
use crate::domain::revision::Revision;
use crate::quotations::table::{MemoryTable, Table};
use crate::quotations::{Listing, Quotations, Writer};

const WORDS: &str = "We will open the bridge in May";

fn writer(table: &Arc<dyn Table>, store: u128) -> Writer {
    Writer::new(Arc::clone(table), Uuid::from_u128(store)).unwrap()
}

#[test]
fn only_what_was_committed_of_this_store_is_taken_up() {
    let table: Arc<dyn Table> = Arc::new(MemoryTable::default());
    let mut first = writer(&table, 1);
    assert_eq!(first.resume(), Ok(None));
    first.apply(&[article("a", &prose(1, 40), 0)]).unwrap();
    first.commit(Revision(5)).unwrap();
    first.apply(&[said("a", "s", By::Entity("jane"), WORDS)]).unwrap();
    assert_eq!(writer(&table, 1).resume(), Ok(Some(Revision(5))));
    assert_eq!(writer(&table, 2).resume(), Ok(None));
    // What was applied and not committed is dropped, and comes again.
    assert_eq!(first.resume(), Ok(Some(Revision(5))));
    first.commit(Revision(6)).unwrap();
    let quotations = Quotations::new(Arc::clone(&table));
    let count = || {
        let reader = quotations.reader().unwrap().unwrap();
        reader.list(&Listing::default(), None, 9).unwrap().len()
    };
    assert_eq!(count(), 0);
    first.apply(&[said("a", "s", By::Entity("jane"), WORDS)]).unwrap();
    first.commit(Revision(7)).unwrap();
    assert_eq!(count(), 1);
    // While all is built anew, what was there is shown.
    first.reset().unwrap();
    first.apply(&[article("a", &prose(1, 40), 0)]).unwrap();
    assert_eq!(count(), 1);
    first.commit(Revision(8)).unwrap();
    assert_eq!(count(), 0);
    assert_eq!(first.resume(), Ok(Some(Revision(8))));
    // A build that was not finished is given up.
    first.reset().unwrap();
    assert_eq!(first.resume(), Ok(Some(Revision(8))));
}
