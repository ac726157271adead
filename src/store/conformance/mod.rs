//! What every backend must do, as tests that know the contract alone.
//!
//! A backend joins with a [`Fixture`] of its own and one line in its tests,
//! `store_conformance! { conformance, factory }`: the module to be made, and an
//! async function beside it that gives a fixture over a new, empty store.

pub mod complete;
pub mod fixtures;
pub(crate) mod model;
pub(crate) mod articles;
pub(crate) mod checking;
pub(crate) mod closing;
pub(crate) mod commits;
pub(crate) mod concurrency;
pub(crate) mod erasing;
pub(crate) mod intervals;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod paging;
pub(crate) mod preconditions;
pub(crate) mod pruning;
pub(crate) mod random;
pub(crate) mod reads;
pub(crate) mod restores;

use std::sync::Arc;

use async_trait::async_trait;

use super::Store;

/// A store under test, and whatever keeps its data.
#[async_trait]
pub trait Fixture: Send {
    /// The store, as it is open now.
    fn store(&self) -> Arc<dyn Store>;

    /// Closes the store and opens its data again; does nothing where the data
    /// lives and dies with the store.
    async fn reopen(&mut self);
}

/// The one list of all cases: makes each a test of the backend, and checks what
/// each left.
macro_rules! store_conformance {
    ($module:ident, $factory:ident) => {
        $crate::store::conformance::store_conformance! {
            $module, $factory,
            commits {
                an_empty_store_has_no_commit,
                a_batch_is_one_commit,
                a_put_replaces_the_whole_record,
                a_batch_that_changes_nothing_is_no_commit,
                ensure_stores_an_entity_that_is_not_there,
                ensure_unites_into_the_entity_that_is_there,
                ensure_writes_nothing_where_nothing_is_new,
                ensure_sees_the_batch_and_the_sequence,
                a_delete_leaves_word_of_itself,
                a_record_that_comes_back_keeps_its_creation,
                commit_times_strictly_increase,
                the_head_is_told_of_each_commit,
                data_outlives_the_store,
            }
            preconditions {
                absent_holds_for_names_that_no_record_has,
                present_holds_for_names_that_a_record_has,
                at_revision_holds_for_the_newest_state_alone,
                unreferenced_sees_every_kind_of_reference,
                unreferenced_sees_live_records_alone,
                referrers_unmoved_sees_new_references_alone,
                unremembered_holds_until_a_request_is_remembered,
                preconditions_are_judged_before_the_batch_itself,
                later_batches_see_earlier_ones,
                later_batches_conflict_with_earlier_ones,
                a_sequence_stops_at_its_first_conflict,
                a_refused_batch_leaves_nothing,
            }
            articles {
                an_address_leads_to_its_article,
                an_address_belongs_to_one_article,
                an_address_is_taken_within_a_batch_in_its_order,
                an_address_is_taken_within_a_sequence,
                a_deleted_article_keeps_its_address,
                a_text_comes_only_when_asked_for,
                a_put_without_its_text_keeps_the_stored_one,
                a_put_without_its_text_needs_that_text_stored,
                a_deletion_tells_the_version_to_go_on_from,
                article_states_are_every_state_newest_first,
                every_kind_of_record_has_its_states_newest_first,
            }
            reads {
                a_name_is_unknown_live_or_deleted,
                states_answer_each_name_that_is_asked,
                a_reader_sees_its_revision_alone,
                a_text_is_read_as_of_its_revision,
                a_time_pins_the_last_commit_until_then,
                what_is_not_held_is_out_of_range,
                the_revision_before_the_first_is_empty,
                a_record_is_read_as_it_was_put,
            }
            restores {
                a_restored_record_has_the_times_that_it_brings,
                lists_by_creation_go_by_the_times_that_are_brought,
                a_restore_is_a_commit_like_any_other,
                later_states_keep_the_restored_creation,
                a_restore_replaces_what_is_there,
                a_restored_article_brings_or_keeps_its_text,
                a_restored_address_belongs_to_one_article,
                restored_times_outlive_the_store,
            }
            lists {
                an_empty_path_has_one_empty_page,
                articles_are_listed_newest_first,
                publishers_are_told_apart,
                statements_follow_their_articles,
                statements_of_a_speaker_are_listed_newest_first,
                what_several_have_is_one_list,
                entities_are_listed_by_id_by_name_and_by_external_id,
                referrers_are_of_every_kind,
                records_of_one_commit_keep_its_order,
                a_name_that_comes_back_keeps_its_place,
            }
            paging {
                every_page_size_gives_the_same_list,
                a_page_that_holds_all_is_the_last,
                a_scan_goes_on_after_any_item,
                a_path_can_be_gone_the_other_way,
                a_window_leaves_out_other_times,
                later_writes_move_nothing,
                a_page_ends_when_its_bytes_are_spent,
                texts_come_with_a_list_only_when_asked_for,
                a_page_ends_when_its_scan_is_spent,
                what_no_longer_holds_spends_the_scan_too,
                a_filter_leaves_out_what_does_not_pass,
                a_page_may_be_empty_before_the_end,
                rubbish_is_no_cursor,
                a_cursor_is_of_one_path,
            }
            intervals {
                an_article_moves_between_publishers_and_times,
                a_statement_moves_between_speakers_and_times,
                an_entity_moves_between_names_and_referents,
                records_of_one_sequence_move_as_in_many,
            }
            log {
                the_log_tells_what_each_commit_did,
                each_change_names_the_one_before,
                the_log_is_read_on_from_anywhere,
                a_request_is_remembered_with_its_commit,
                requests_are_told_apart_by_all_of_their_key,
                a_request_is_forgotten_when_it_expires,
                the_same_request_again_takes_the_place_of_the_first,
                counts_are_of_live_records,
            }
            pruning {
                nothing_is_pruned_unless_asked,
                what_is_pruned_is_out_of_range,
                what_the_floor_shows_stays,
                a_step_ends_with_its_budget,
                a_reader_keeps_what_it_sees,
                the_log_under_the_floor_is_gone,
                a_shared_text_outlives_the_version_that_brought_it,
                a_deletion_outlives_the_record,
                the_floor_outlives_the_store,
            }
            erasing {
                erased_is_erased_as_of_any_revision,
                an_erased_entity_is_found_by_nothing,
                the_log_tells_what_was_erased,
                an_erased_name_stays_unused,
                erasures_are_listed_by_name,
                what_was_erased_is_pruned_like_all_else,
            }
            concurrency {
                parallel_ensures_make_one_entity,
                one_of_parallel_puts_at_a_revision_wins,
                a_sequence_stays_in_order_among_others,
                readers_see_whole_commits_alone,
            }
            checking {
                a_check_looks_at_all_states_and_commits,
                writes_go_on_under_a_check,
                a_closed_store_is_not_checked,
            }
            closing {
                a_closed_store_is_unavailable,
            }
            random {
                writes_of_one_seed_agree_with_a_model,
                writes_of_another_seed_agree_with_a_model,
                writes_of_a_third_seed_agree_with_a_model,
                a_history_pruned_at_random_agrees_with_a_model,
                another_history_pruned_at_random_agrees_with_a_model,
            }
        }
    };
    ($module:ident, $factory:ident, $($subject:ident { $($case:ident,)+ })+) => {
        mod $module {
            $(mod $subject {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $case() {
                        let mut fixture = super::super::$factory().await;
                        $crate::store::conformance::$subject::$case(&mut fixture).await;
                        $crate::store::conformance::checking::finds_nothing(&mut fixture).await;
                    }
                )+
            })+
        }
    };
}
pub(crate) use store_conformance;
