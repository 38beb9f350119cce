"""A case that the office ended while somebody was at it, and a page that was locked while it sent."""

import json

import pytest
from playwright.sync_api import Page

from sync.statements import sign_code_mark, sign_gone
from tests.browser.device.device_page import run
from tests.scripted_office import Answer, ScriptedOffice
from tests.sealed_items import NOW

pytestmark = pytest.mark.browser

CORRECTED = """const sent = await send();
await exchange.exchange();
const loaded = await pins.loadForm('small');
const origin = { title: 'UPIK', case: sent.case, code: sent.code, prev: [sent.id.split('.')[2]] };
const draft = await fill(await drafts.newDraft('small', loaded.name, {}, origin), { nama: 'UPIK B' });
globalThis.prepared = await outbox.prepare(draft, loaded, await pins.office());
return sent.case"""
SHOWN = """const { default: Mine } = await import('/pwa/components/mine.js');
const root = document.createElement('div');
await new Mine(root).start();
const card = root.querySelector('[data-draft]');
return [card.querySelector('[data-ended]')?.textContent ?? null, card.querySelectorAll('a, button').length > 1];"""


@pytest.mark.parametrize("how", ["erased", "voided"])
def test_a_correction_of_a_case_that_was_ended_says_so_and_stays(page: Page, office: ScriptedOffice, how: str) -> None:
    case = run(page, CORRECTED)
    by = {"at": NOW, "kid": "o1", "private": office.keys.office}
    row = ["erase", sign_gone(case, **by)] if how == "erased" else ["voided", sign_code_mark(case, "b" * 24, **by)]
    office.script = [lambda _: Answer([office.head(), json.dumps(row)])]
    assert run(page, "return (await exchange.exchange()).erased") == [case]
    assert run(page, "return failing(outbox.commit(prepared))") == ["ErasedError", None]
    again = """const [{ id }] = await drafts.listDrafts();
    return failing(outbox.prepare(await drafts.loadDraft(id), await pins.loadForm('small'), await pins.office()))"""
    assert run(page, again) == ["ErasedError", None]
    assert run(page, "return (await drafts.listDrafts()).length") == 1
    # This server has no texts, so that each shows its key.
    assert run(page, SHOWN) == [f"app.case.draft.{how}", True]


def test_a_page_that_is_locked_while_it_sends_shows_no_receipt(page: Page) -> None:
    left = run(
        page,
        """const { sendApplication } = await import('/pwa/components/send-application.js');
        const loaded = await pins.loadForm('small');
        const draft = await fill(await drafts.newDraft('small', loaded.name), { nama: 'upik' });
        const main = document.body.appendChild(document.createElement('main'));
        const root = main.appendChild(document.createElement('form'));
        document.addEventListener('rantau:queued', () => main.replaceChildren()); // as locking does
        await sendApplication({
          root, draft: { load: async () => draft }, leave() {}, loaded, soft: [], answers: {}, nameOf: (code) => code,
        });
        const button = main.querySelector('[data-action=send]');
        while (button.disabled) await new Promise((go) => setTimeout(go, 10));
        const queued = new Promise((go) => document.addEventListener('rantau:queued', go));
        button.click();
        await queued;
        const { done } = await exchange.exchange();
        return [done.length, main.childElementCount];""",
    )
    assert left == [1, 0]
