"""Where pouchdb-server does not do as CouchDB does: the test, and what it does instead.

Each of these tests is expected to fail against pouchdb-server and only there. One that passes fails the run, so that
the table says what is true today.
"""

_NO_PURGE = "has no purge: it takes _purge for a document"
_CALLS_IT_MISSING = "says `missing` also of what is deleted"
_ANCESTORS = "counts ancestors whose body it does not hold as missing"
_ONE_LEAF = "follows a rev, or an id alone, to one leaf only"
_STUBS = "finds a stub by its digest, in any document, and needs it"
_ANY_SINCE = "takes any text for a since"
_BREAKS = "refuses the whole request with a 500"

POUCHDB: dict[str, str] = {
    "test_a_short_stub_keeps_the_attachment": _STUBS,
    "test_a_stub_of_another_rev_is_missing": _STUBS,
    "test_a_document_from_one_store_goes_into_another": _STUBS,
    "test_a_replicated_document_brings_its_attachment": "makes the revpos anew",
    "test_all_leaves_are_named_when_asked": "names a longer tombstone before the winner",
    "test_pages_follow_each_other": "does not tell how many changes are pending",
    "test_a_since_that_is_no_token_is_refused[garbage]": _ANY_SINCE,
    "test_a_since_that_is_no_token_is_refused[12-garbage]": _ANY_SINCE,
    "test_a_since_that_is_no_token_is_refused[-1]": _ANY_SINCE,
    "test_a_since_that_is_no_token_is_refused[]": _ANY_SINCE,
    "test_waiting_in_vain_ends": "never ends a longpoll without changes",
    "test_a_replicated_tombstone_deletes": _CALLS_IT_MISSING,
    "test_a_tombstone_may_come_before_the_document": _CALLS_IT_MISSING,
    "test_a_deleted_document_is_missing": _CALLS_IT_MISSING,
    "test_a_purged_document_never_was": _NO_PURGE,
    "test_a_purge_raises_the_seq": _NO_PURGE,
    "test_a_purged_rev_is_missing_again": _NO_PURGE,
    "test_a_tombstone_can_be_purged": _NO_PURGE,
    "test_the_history_goes_with_its_leaf": _NO_PURGE,
    "test_the_other_leaf_stays": _NO_PURGE,
    "test_only_leaves_are_purged": _NO_PURGE,
    "test_an_unknown_document_purges_to_nothing": _NO_PURGE,
    "test_compaction_drops_old_bodies_only": _ANCESTORS,
    "test_open_revs_latest_gives_what_became_of_a_rev": _ONE_LEAF,
    "test_bulk_get_without_rev_gives_all_leaves": _ONE_LEAF,
    "test_bulk_get_latest_gives_the_descendants": _ONE_LEAF,
    "test_revs_diff_names_what_is_missing": _ANCESTORS,
    "test_revs_diff_knows_tombstones_and_ancestors": _ANCESTORS,
    "test_revs_diff_names_possible_ancestors": "names no possible ancestors",
    "test_documents_are_counted": "does not count the deleted",
    "test_a_poisoned_document_gets_a_row[reserved id]": "has another word for it",
    "test_a_poisoned_document_gets_a_row[empty id]": "gives an empty id a new one",
    "test_a_poisoned_document_gets_a_row[unknown member]": _BREAKS,
    "test_a_poisoned_document_gets_a_row[base64]": _BREAKS,
    "test_a_poisoned_replicated_document_gets_a_row[reserved id]": "has another word for it",
    "test_a_poisoned_replicated_document_gets_a_row[unknown member]": _BREAKS,
    "test_a_poisoned_replicated_document_gets_a_row[revisions]": "takes history that is none",
    "test_a_poisoned_replicated_document_gets_a_row[base64]": _BREAKS,
}

_CUT = "ends its whole process when a multipart request is cut"

# What it does not survive is not tried on it: the tests after these need it.
POUCHDB_ENDS: dict[str, str] = {
    f"test_a_stream_of_another_length_leaves_nothing[{length}]": _CUT for length in (179_199, 179_201)
} | {"test_a_cut_leaves_nothing_and_may_be_repeated": _CUT}
