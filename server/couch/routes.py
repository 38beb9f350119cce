"""The rows of the CouchDB face, a part of the one list in server/routes.py."""

from starlette.convertors import StringConvertor, register_url_convertor

from server.couch import bulk, database, documents, feed, lists, local
from server.couch.body import DOC_LIMIT, JSON_LIMIT, NOTE_LIMIT
from server.row import Row


class _CouchDatabase(StringConvertor):
    regex = "(?!_)[^/]+/?"  # clients write it with and without a slash


class _CouchDocument(StringConvertor):
    regex = "(?!(_local/|_all_docs$|_changes$|_revs_diff$|_bulk_docs$|_bulk_get$|_ensure_full_commit$)).+"


register_url_convertor("couchdb", _CouchDatabase())
register_url_convertor("couchdoc", _CouchDocument())

COUCH_ROWS = (
    Row("/couch", "GET", "couch", database.welcome),
    Row("/couch/", "GET", "couch_welcome", database.welcome),
    Row("/couch/_up", "GET", "couch_up", database.up),
    Row("/couch/_session", "GET", "couch_session", database.session),
    Row("/couch/_all_dbs", "GET", "couch_names", database.names),
    Row("/couch/{db:couchdb}", "GET", "couch_database", database.show_database),
    Row("/couch/{db:couchdb}", "PUT", "couch_make", database.make_database, NOTE_LIMIT),
    Row("/couch/{db:couchdb}", "POST", "couch_add", database.add_document, DOC_LIMIT),
    Row("/couch/{db}/_all_docs", "GET", "couch_all_docs", lists.all_docs),
    Row("/couch/{db}/_all_docs", "POST", "couch_all_docs_of", lists.all_docs, JSON_LIMIT),
    Row("/couch/{db}/_changes", "GET", "couch_changes", feed.changes),
    Row("/couch/{db}/_changes", "POST", "couch_changes_of", feed.changes, JSON_LIMIT),
    Row("/couch/{db}/_revs_diff", "POST", "couch_revs_diff", bulk.revs_diff, JSON_LIMIT),
    Row("/couch/{db}/_bulk_get", "POST", "couch_bulk_get", bulk.bulk_get, JSON_LIMIT),
    Row("/couch/{db}/_bulk_docs", "POST", "couch_bulk_docs", bulk.bulk_docs, JSON_LIMIT),
    Row("/couch/{db}/_ensure_full_commit", "POST", "couch_commit", database.commit, NOTE_LIMIT),
    Row("/couch/{db}/_local/{doc:path}", "GET", "couch_local", local.show_local),
    Row("/couch/{db}/_local/{doc:path}", "PUT", "couch_put_local", local.put_local, NOTE_LIMIT),
    Row("/couch/{db}/_local/{doc:path}", "DELETE", "couch_delete_local", local.delete_local, NOTE_LIMIT),
    Row("/couch/{db}/{doc:couchdoc}", "GET", "couch_document", documents.show_document),
    Row("/couch/{db}/{doc:couchdoc}", "PUT", "couch_put", documents.put_document, DOC_LIMIT),
    Row("/couch/{db}/{doc:couchdoc}", "DELETE", "couch_delete", documents.delete_document, NOTE_LIMIT),
)  # fmt: skip
