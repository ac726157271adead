//! What a name alone is linked to in a statement that is sent again: the id that was
//! recorded stays, where the entity that the name means now stands for it. Else a
//! merge would change statements, and an unmerge could not part them.

use crate::domain::id::EntityId;
use crate::domain::statement::{Mention, Statement};
use crate::kb::error::Error;
use crate::kb::merged;
use crate::store::Reader;

/// A link that a name alone led to, and what was recorded in its place.
type Link<'a> = (&'a mut Option<EntityId>, &'a Option<EntityId>);

/// Gives a statement the recorded ids back. `draft` is the statement as it was sent,
/// before its names were linked.
pub(super) async fn keep_recorded(
    reader: &dyn Reader,
    sent: &mut Statement,
    draft: &Statement,
    stored: &Statement,
) -> Result<(), Error> {
    for (link, recorded) in links(sent, draft, stored) {
        if let (Some(linked), Some(recorded)) = (link.as_ref(), recorded)
            && linked != recorded
            && *linked == merged::survivor_of(reader, recorded).await?
        {
            *link = Some(recorded.clone());
        }
    }
    Ok(())
}

/// The links of the mentions that named no entity when they were sent.
fn links<'a>(
    sent: &'a mut Statement,
    draft: &'a Statement,
    stored: &'a Statement,
) -> Vec<Link<'a>> {
    let mut links = Vec::new();
    if let (Some(speaker), Some(drafted), Some(recorded)) =
        (&mut sent.speaker, &draft.speaker, &stored.speaker)
        && drafted.entity.is_none()
    {
        links.push((&mut speaker.entity, &recorded.entity));
        let mentions = (&mut speaker.mention, &drafted.mention, &recorded.mention);
        if let (Some(mention), Some(drafted), Some(recorded)) = mentions {
            links.extend(link(mention, drafted, recorded));
        }
    }
    let addressees = sent.addressees.iter_mut().zip(&draft.addressees).zip(&stored.addressees);
    let mentions = sent.mentions.iter_mut().zip(&draft.mentions).zip(&stored.mentions);
    let others = addressees.chain(mentions);
    links.extend(others.filter_map(|((sent, draft), stored)| link(sent, draft, stored)));
    links
}

fn link<'a>(sent: &'a mut Mention, draft: &Mention, stored: &'a Mention) -> Option<Link<'a>> {
    let by_name = draft.entity.is_none() && sent.text == stored.text;
    by_name.then_some((&mut sent.entity, &stored.entity))
}
