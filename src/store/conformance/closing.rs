//! The end of a store.

use super::Fixture;
use super::fixtures::*;
use crate::domain::revision::Revision;
use crate::store::{At, Error};

pub(crate) async fn a_closed_store_is_unavailable(fixture: &mut dyn Fixture) {
    fn unavailable<T: std::fmt::Debug>(answer: Result<T, Error>) {
        assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
    }
    let store = fixture.store();
    commit(&store, batch(0).put("entities/a", entity("A"))).await;
    assert_eq!(store.ready(), Ok(()));
    assert_eq!(store.close().await, Ok(()));
    unavailable(store.ready());
    unavailable(store.reader(At::Head).await.map(|reader| reader.revision()));
    unavailable(store.changes(Revision::ZERO, 1).await);
    unavailable(store.remembered(&request_key(1), at(0)).await);
    unavailable(store.disk_bytes().await);
    let answers = store.apply(vec![batch(1).put("entities/b", entity("B")), batch(2)]).await;
    assert_eq!(answers.len(), 2);
    let first = answers.into_iter().next().unwrap();
    unavailable(first);
}
