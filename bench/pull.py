"""What it costs to hear of fifty steps, one for each of fifty cases: ours and the peer's, on a warm HTTP/2 connection.

Ours is the phone of a volunteer who collected them; the office records a step without a note for each. The peer's fifty
documents change their status, and PouchDB pulls them. Counted is everything on the open connection, TLS included.
"""

import asyncio
import json
from typing import Any

from playwright.async_api import BrowserContext

from bench.idle import EXCHANGE, Bytes, counted
from bench.office_behind import fresh_browser, https_url, tell, tls_office_behind
from bench.peer import peer_with
from bench.shaping_proxy import UNSHAPED, ShapingProxy
from bench.wire import SEAL, open_app
from sync.events import sign_event
from tests.officers import ApiOfficer
from tests.people import person
from tests.tls_serving import TlsOffice, trusting
from tests.volunteers import code_on

CASES = 50
STEP = "berkas_lengkap"
AT_WORK = """async (code) => {
  // Every module is there before its first use, as the packs bring it to a phone.
  const names = ['enrolment', 'vault', 'bare-steps'];
  const [{ enrol }, vault] = await Promise.all(names.map((name) => import(`/pwa/${name}.js`)));
  const { device } = await enrol(code);
  vault.takeVault(new vault.Vault((await vault.openDevice()).key, vault.OWN, device));
}"""
CASES_HERE = """async () =>
  (await (await import('/pwa/case-list.js')).listCases()).map(({ case: id, step }) => [id, step])"""
KEEP = "async (name) => { await window.db.sync(`${location.origin}/${name}`); }"
CHANGE = """async (name) => {
  const other = new PouchDB(`${location.origin}/${name}`);
  const { rows } = await other.allDocs({ include_docs: true });
  await other.bulkDocs(rows.map(({ doc }) => ({ ...doc, status: 'berkas_lengkap', status_at: Date.now() })));
}"""
PULL = """async (name) => (await window.db.replicate.from(`${location.origin}/${name}`)).docs_written"""


def measure() -> dict[str, Any]:
    """Hear of a step of each case, and compare."""
    return asyncio.run(_both())


async def _both() -> dict[str, Any]:
    async with tls_office_behind(UNSHAPED) as (proxy, office), fresh_browser(trusting(office.cert)) as context:
        ours = await _ours(context, proxy, office)
        peer = await _peer(office)
    return {"steps": CASES, **ours, "peer": peer, "times_less": round(peer["down"] / ours["down"], 1)}


async def _ours(context: BrowserContext, proxy: ShapingProxy, office: TlsOffice) -> Bytes:
    officer = ApiOfficer(https_url(proxy), trusted=office.cert)
    code = await asyncio.to_thread(_invite, officer)
    page = await open_app(context, https_url(proxy))
    await page.evaluate(AT_WORK, code)
    await page.evaluate(SEAL, [dict(person(seed)) for seed in range(CASES)])
    if await page.evaluate(EXCHANGE) != ["ok", CASES, 0]:
        raise RuntimeError("the office does not have them all")
    cases = [case for case, _ in await page.evaluate(CASES_HERE)]
    await asyncio.to_thread(_take_steps, officer, cases)
    found = await counted(proxy, page, page.evaluate(EXCHANGE))
    if {step for _, step in await page.evaluate(CASES_HERE)} != {STEP}:
        raise RuntimeError("not every step is here")
    tell(f"pull: ours: {found}")
    return found


def _invite(officer: ApiOfficer) -> str:
    officer.sign_in().step_up()
    _, page = officer.post_form("/staff/id/volunteers", {"login": "buyung", "csrf": officer.csrf})
    return code_on(page.decode())


def _take_steps(officer: ApiOfficer, cases: list[str]) -> None:
    kid, key = officer.office_key
    for place, case in enumerate(cases):
        [version] = officer.get(f"cases/{case}").body["versions"]
        at, v = version["at"] + 60 * place, version["_id"].split(".")[2]
        event = sign_event(case=case, n=1, step=STEP, at=at, on=[v], note=None, kid=kid, private=key)
        answer = officer.post(f"cases/{case}/events", event)
        if answer.status != 201:
            raise RuntimeError(f"the step is not recorded: {answer}")


async def _peer(office: TlsOffice) -> Bytes:
    people = [dict(person(seed)) for seed in range(CASES)]
    async with peer_with(people, "pull", office.cert) as (page, proxy):
        await page.evaluate(KEEP, "pull")
        await page.evaluate(CHANGE, "pull")
        pulled: list[int] = []

        async def pull() -> None:
            pulled.append(await page.evaluate(PULL, "pull"))

        found = await counted(proxy, page, pull())
        if pulled != [CASES]:
            raise RuntimeError(f"the peer pulled {pulled}")
    tell(f"pull: peer: {found}")
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
