"""The peer for a form's start: one field whose draft PouchDB keeps, in clear, in a page that is served at once.

It has no other field, no rule, no key and no worker: what it takes is what the database alone takes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.serving import ROOT, free_port

LIBRARY = (ROOT / "node_modules/pouchdb/dist/pouchdb.min.js").read_text()
PAGE = """<!doctype html><title>peer</title><form><input id="nama_lengkap"><p data-saved></p></form>
<script src="/pouchdb.js"></script>
<script type="module">
  const [db, field, said] = [new PouchDB('drafts'), document.querySelector('input'), document.querySelector('p')];
  let [doc, timer] = [{ _id: 'draft' }, 0];
  const save = async () => {
    doc.value = field.value;
    doc._rev = (await db.put(doc)).rev;
    said.dataset.saved = 'yes';
  };
  field.addEventListener('input', () => {
    said.dataset.saved = '';
    clearTimeout(timer);
    timer = setTimeout(save, QUIET);
  });
  try {
    doc = await db.get('draft');
    field.value = doc.value;
    said.after(Object.assign(document.createElement('p'), { hidden: true }));
    said.nextElementSibling.dataset.continued = '';
  } catch {
    // Nothing was typed yet.
  }
</script>"""


@asynccontextmanager
async def draft_peer(quiet: int) -> AsyncIterator[str]:
    """Serve the page, which saves after *quiet* milliseconds without a key; gives its address."""
    files = {"/": (PAGE.replace("QUIET", str(quiet)), "text/html"), "/pouchdb.js": (LIBRARY, "text/javascript")}

    async def get(request: web.Request) -> web.Response:
        body, type_ = files.get(request.path, ("", "text/plain"))
        return web.Response(text=body, content_type=type_, headers={"Cache-Control": "max-age=3600"})

    app = web.Application()
    app.router.add_get("/{path:.*}", get)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        await runner.cleanup()
