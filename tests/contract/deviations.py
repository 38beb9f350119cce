"""Where pouchdb-server does not do as CouchDB does: the test, and what it does instead.

Each of these tests is expected to fail against pouchdb-server and only there. One that passes fails the run, so that
the table says what is true today.
"""

POUCHDB: dict[str, str] = {}
