//! Who says it, by which word and to whom, from the wire.

use crate::domain::entity::EntityType;
use crate::domain::limits;
use crate::domain::statement::{Cue, Mention, Speaker};
use crate::rpc::from_pb::check::{Field, reason};
use crate::rpc::from_pb::entity::entity_type;
use crate::rpc::from_pb::selector::selector;
use crate::rpc::pb;

/// A cue; an empty one is none.
pub(super) fn cue(at: &Field<'_>, pb: pb::Cue) -> Option<Cue> {
    let cue = Cue {
        text: at.at("text").text(pb.text, limits::NAME_CHARS),
        selector: pb.selector.and_then(|pb| selector(&at.at("selector"), pb)),
    };
    (cue != Cue::default()).then_some(cue)
}

/// A mention, which says at least its wording, its place or its entity.
pub(super) fn mention(at: &Field<'_>, pb: pb::Mention) -> Option<Mention> {
    if pb.text.is_empty() && pb.selector.is_none() && pb.entity.is_empty() {
        at.at("text").needed("a mention needs its wording, a selector or an entity");
        return None;
    }
    let kind: Option<EntityType> = entity_type(&at.at("type"), pb.r#type);
    Some(Mention {
        text: at.at("text").text(pb.text, limits::NAME_CHARS),
        selector: pb.selector.and_then(|pb| selector(&at.at("selector"), pb)),
        entity: at.at("entity").optional_name(&pb.entity),
        kind,
    })
}

/// A speaker; an empty one is none.
pub(super) fn speaker(at: &Field<'_>, pb: pb::Speaker) -> Option<Speaker> {
    let mention_at = at.at("mention");
    let speaker = Speaker {
        entity: at.at("entity").optional_name(&pb.entity),
        mention: pb.mention.and_then(|pb| mention(&mention_at, pb)),
        anonymous: pb.anonymous,
        description: at.at("description").line(pb.description, limits::SPEAKER_DESCRIPTION_CHARS),
    };
    let mentioned = speaker.mention.as_ref().and_then(|mention| mention.entity.as_ref());
    match (&speaker.entity, mentioned, speaker.anonymous) {
        (Some(_), _, true) => at.at("entity").refuse(reason::CONTRADICTION, NO_ENTITY),
        (None, Some(_), true) => mention_at.at("entity").refuse(reason::CONTRADICTION, NO_ENTITY),
        (Some(entity), Some(mentioned), false) if entity != mentioned => {
            let description =
                format!("the speaker is {entity}, but the mention names {mentioned}: name one");
            mention_at.at("entity").refuse(reason::CONTRADICTION, description);
        }
        _ => {}
    }
    (speaker != Speaker::default()).then_some(speaker)
}

const NO_ENTITY: &str = "an anonymous speaker has no entity: leave out one of them";
