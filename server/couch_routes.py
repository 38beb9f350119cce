"""The rows of the CouchDB face, a part of the one list in server/routes.py."""

from starlette.convertors import StringConvertor, register_url_convertor

from server import couch_bulk, couch_database, couch_documents, couch_feed, couch_lists, couch_local
from server.couch_body import DOC_LIMIT, JSON_LIMIT, NOTE_LIMIT
from server.row import Row


class _CouchDatabase(StringConvertor):
    regex = "(?!_)[^/]+/?"  # clients write it with and without a slash


class _CouchDocument(StringConvertor):
    regex = "(?!(_local/|_all_docs$|_changes$|_revs_diff$|_bulk_docs$|_bulk_get$|_ensure_full_commit$)).+"


register_url_convertor("couchdb", _CouchDatabase())
register_url_convertor("couchdoc", _CouchDocument())

COUCH_ROWS = (
    Row("/couch", "GET", "couch", couch_database.welcome),
    Row("/couch/", "GET", "couch_welcome", couch_database.welcome),
    Row("/couch/_up", "GET", "couch_up", couch_database.up),
    Row("/couch/_session", "GET", "couch_session", couch_database.session),
    Row("/couch/_all_dbs", "GET", "couch_names", couch_database.names),
    Row("/couch/{db:couchdb}", "GET", "couch_database", couch_database.show_database),
    Row("/couch/{db:couchdb}", "PUT", "couch_make", couch_database.make_database, NOTE_LIMIT),
    Row("/couch/{db:couchdb}", "POST", "couch_add", couch_database.add_document, DOC_LIMIT),
    Row("/couch/{db}/_all_docs", "GET", "couch_all_docs", couch_lists.all_docs),
    Row("/couch/{db}/_all_docs", "POST", "couch_all_docs_of", couch_lists.all_docs, JSON_LIMIT),
    Row("/couch/{db}/_changes", "GET", "couch_changes", couch_feed.changes),
    Row("/couch/{db}/_changes", "POST", "couch_changes_of", couch_feed.changes, JSON_LIMIT),
    Row("/couch/{db}/_revs_diff", "POST", "couch_revs_diff", couch_bulk.revs_diff, JSON_LIMIT),
    Row("/couch/{db}/_bulk_get", "POST", "couch_bulk_get", couch_bulk.bulk_get, JSON_LIMIT),
    Row("/couch/{db}/_bulk_docs", "POST", "couch_bulk_docs", couch_bulk.bulk_docs, JSON_LIMIT),
    Row("/couch/{db}/_ensure_full_commit", "POST", "couch_commit", couch_database.commit, NOTE_LIMIT),
    Row("/couch/{db}/_local/{doc:path}", "GET", "couch_local", couch_local.show_local),
    Row("/couch/{db}/_local/{doc:path}", "PUT", "couch_put_local", couch_local.put_local, NOTE_LIMIT),
    Row("/couch/{db}/_local/{doc:path}", "DELETE", "couch_delete_local", couch_local.delete_local, NOTE_LIMIT),
    Row("/couch/{db}/{doc:couchdoc}", "GET", "couch_document", couch_documents.show_document),
    Row("/couch/{db}/{doc:couchdoc}", "PUT", "couch_put", couch_documents.put_document, DOC_LIMIT),
    Row("/couch/{db}/{doc:couchdoc}", "DELETE", "couch_delete", couch_documents.delete_document, NOTE_LIMIT),
)  # fmt: skip
