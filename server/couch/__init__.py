"""The CouchDB face: what a CouchDB or a PouchDB elsewhere reads and writes over HTTP, checked as everything else is."""
