"""The store, the sealing and the replication: usable, tested and benched without a web server.

Nothing here imports `server`, Starlette, Jinja2 or knows a form.
"""
