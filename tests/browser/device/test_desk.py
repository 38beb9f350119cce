"""The officer's desk when something goes wrong in the browser itself, and what a lock leaves behind."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.device.device_page import run

pytestmark = pytest.mark.browser

# This server has no texts, so that each shows its key.
STAFF = """const staff = async (name) => import(`/pwa/staff/${name}.js`);
const texts = new (await staff('texts')).Texts('id', {}, {});
const onError = (error) => `${error.name}: ${error.message}`;
const row = (number) => ({
  case: number.padEnd(24, 'a'), number, service: 'small', state: 'terkirim', last_at: 0, area: null, versions: 1,
  formers: [],
});
"""
DESK = """const { Desk } = await staff('desk');
const part = () => document.body.appendChild(document.createElement('button'));
const $root = document.body.appendChild(document.createElement('div'));
const desk = new Desk({
  $root, $live: document.createElement('p'), $lock: part(), $tools: { keys: part(), due: part(), rescue: part() },
  login: 'ani', api, texts,
});
desk.start();
"""

LISTED = """const { CaseList } = await staff('list');
const rows = ['zu43 nens x', 'k2x7 q4ma 0', 'zu43 2wdq k']
  .map((number) => ({ ...row(number), waits_for: 'office', due: null }));
const state = { place: '1', today: '2026-12-01', counts: {}, assigned: {}, rules: [] };
const api = {
  work: async () => ({ ...state, rows: [...rows], ended: [] }), requests: async () => [],
  index: async () => ({ rows, sealed: {}, next: null, counts: {} }), indexOf: async () => ({ sealed: {} }),
};
let opened;
const onOpen = (one) => { opened = one; };
const list = new CaseList({ api, texts, keys: {}, states: [], onOpen, onError });
await list.load();
await list.index.start();
"""


def test_an_unknown_failure_is_told_in_words(page: Page) -> None:
    told = run(
        page,
        STAFF
        + """const api = { keys: async () => { throw new TypeError('nobody thought of this'); } };"""
        + DESK
        + """$root.querySelector('#passphrase').value = 'secret';
        $root.querySelector('form').requestSubmit();
        const $said = $root.querySelector('#passphrase-error');
        while (!$said.textContent) await new Promise((go) => setTimeout(go, 10));
        return $said.textContent;""",
    )
    assert told == "staff.error.unknown"


def test_who_has_no_key_yet_is_led_to_the_form_for_one(page: Page) -> None:
    stands = run(
        page,
        STAFF
        + """const api = {};"""
        + DESK
        + """$root.querySelector('[data-forgotten]').click();
        return [document.activeElement.tagName, document.activeElement.textContent];""",
    )
    assert stands == ["H1", "staff.own-key.title"]


def test_a_lock_takes_away_the_question_who_sits_there(page: Page) -> None:
    left = run(
        page,
        STAFF
        + """const api = {};"""
        + DESK
        + """const { stepUp } = await staff('step-up');
        const proved = stepUp(api, texts, { hasPasskey: false });
        document.querySelector('dialog input').value = 'half a password';
        desk.lock('staff.locked.by-hand');
        return [await proved, document.querySelectorAll('dialog').length];""",
    )
    assert left == [False, 0]


def test_a_lock_forgets_what_was_looked_for_and_found(page: Page) -> None:
    left = run(
        page,
        STAFF
        + """const { CaseList } = await staff('list');
        let answer;
        const asked = new Promise((resolve) => { answer = resolve; });
        let late = false;
        const one = { rows: [row('zu43 nens x')], sealed: {}, next: null, counts: {} };
        const api = { cases: async () => (late ? asked : one), index: async () => one };
        const list = new CaseList({ api, texts, keys: {}, states: [], onOpen: () => {}, onError });
        await list.load();
        const $box = list.$root.querySelector('[type=search]');
        $box.value = 'zu43';
        await list.search.look();
        const shown = () => [list.$root.querySelectorAll('tbody tr').length, $box.value];
        const before = shown();
        late = true;
        const loading = list.load();
        list.stop();
        answer(one);
        await loading;
        return [before, shown(), $box.getAttribute('spellcheck'), $box.autocomplete];""",
    )
    assert left == [[1, "zu43"], [0, ""], "false", "off"]


def test_after_a_search_the_next_case_is_the_next_one_found(page: Page) -> None:
    after = run(
        page,
        STAFF
        + LISTED
        + """list.queues.choose('late'); // in which there is none of them
        list.search.$input.value = 'zu43';
        await list.search.look();
        list.$root.querySelector('.case-link').click();
        const seen = [opened.number, list.after(opened.case)?.number];
        list.search.$input.value = 'k2x7'; // looked for meanwhile
        await list.search.look();
        seen.push(list.after(opened.case)?.number);
        list.search.clear();
        const last = list.after(rows[2].case);
        list.stop();
        return [...seen, last ?? 'none'];""",
    )
    assert after == ["zu43 nens x", "zu43 2wdq k", "zu43 2wdq k", "none"]


def test_what_is_listed_anew_and_is_as_it_was_stays_under_the_finger(page: Page) -> None:
    stays = run(
        page,
        STAFF
        + LISTED
        + """const buttons = () => [...list.$root.querySelectorAll('.case-link, .states button')];
        const before = buttons();
        Object.assign(rows[2], { state: 'diperiksa', n: 1 });
        await list.load();
        const same = buttons().map((button, at) => button === before[at]);
        list.stop();
        return [same.slice(0, -1).every(Boolean), same.at(-1)];""",
    )
    assert stays == [True, False]


def test_what_comes_above_and_goes_moves_nothing_else_of_the_list(page: Page) -> None:
    touched = run(
        page,
        STAFF
        + LISTED
        + """state.counts = { terkirim: 2, siap: 1 };
        const touched = [];
        const watch = new MutationObserver((changes) => {
          for (const { addedNodes, removedNodes } of changes) {
            for (const node of [...addedNodes, ...removedNodes]) touched.push(node.querySelector?.('button')?.value);
          }
        });
        await list.load();
        document.body.append(list.$root);
        for (const each of list.$root.querySelectorAll('tbody, .states')) watch.observe(each, { childList: true });
        list.$root.querySelectorAll('.case-link')[1].focus();
        const first = { ...rows[0], ...row('a first one'), due: state.today };
        rows.unshift(first);
        state.counts = { draf: 1, ...state.counts };
        await list.load();
        const shown = [...list.$root.querySelectorAll('.case-link')].map(({ value }) => value === first.case);
        rows.shift();
        rows.push(rows.shift()); // and what stood first stands last
        await list.load();
        const last = [...list.$root.querySelectorAll('.case-link')].at(-1).value;
        await new Promise(requestAnimationFrame);
        list.stop();
        const names = { [first.case]: 'first', [last]: 'moved' };
        return [shown, last === rows[2].case, touched.map((value) => names[value] ?? value)];""",
    )
    assert touched == [[True, False, False, False], True, ["draf", "first", "first", "moved", "moved"]]


def test_a_press_on_a_case_opens_it_although_another_comes_above_it(page: Page) -> None:
    number = run(
        page,
        STAFF
        + LISTED
        + """document.body.append(list.$root);
        globalThis.come = async () => {
          rows.unshift({ ...rows[0], ...row('a first one'), due: state.today });
          void list.load();
          await new Promise(requestAnimationFrame);
        };
        globalThis.opened = () => opened?.number;
        return rows[1].number;""",
    )
    page.locator(".case-link").nth(1).focus()
    page.keyboard.down("Space")
    page.evaluate("come()")
    page.keyboard.up("Space")
    expect(page.locator(".case-link")).to_have_count(4)
    assert page.evaluate("opened()") == number


def test_the_keyboard_goes_with_the_line_that_it_is_on_and_is_not_lost_with_the_last(page: Page) -> None:
    seen = run(
        page,
        STAFF
        + LISTED
        + """document.body.append(list.$root);
        const box = list.$root.querySelectorAll('tbody input')[2];
        box.click();
        box.focus();
        rows.splice(1, 1); // one is dealt with, and something came for the other
        Object.assign(rows[1], { state: 'diperiksa', n: 1 });
        await list.load();
        const held = document.activeElement;
        const seen = [held === box, held.type, held.value === rows[1].case, held.checked];
        rows.length = 0;
        await list.load();
        list.stop();
        return [...seen, document.activeElement.id];""",
    )
    assert seen == [False, "checkbox", True, True, "list-age"]


def test_a_search_that_was_cut_finds_nothing_twice(page: Page) -> None:
    found = run(
        page,
        STAFF
        + """const { Search } = await staff('search');
        const { CaseIndex } = await staff('case-index');
        const [first, second] = [row('zu43 nens x'), row('zu43 2wdq k')];
        let isCut = true;
        const index = async (after) => {
          await new Promise((go) => setTimeout(go));
          if (after && isCut) throw new TypeError('cut');
          return { rows: [after ? second : first], sealed: {}, next: after ? null : '1', counts: {} };
        };
        let shown;
        const read = new CaseIndex({ api: { index }, texts, keys: {}, onNews: () => void search.again() });
        const search = new Search({ texts, index: read, onFound: (rows) => { shown = rows; }, onError });
        search.$input.value = 'zu43';
        await search.look();
        const said = search.$said.textContent;
        isCut = false;
        await search.look();
        await search.again(); // as it does by itself once more was read
        return [said, shown.map((one) => one.row.number)];""",
    )
    assert found == ["TypeError: cut", ["zu43 nens x", "zu43 2wdq k"]]


def test_a_page_that_cannot_show_the_new_code_leaves_the_old_one_alive(page: Page) -> None:
    told = run(
        page,
        STAFF
        + """const { voidForm } = await staff('void-code');
        const { derive } = await import('/pwa/crypto/receipt-code.js');
        const { openWrapAsHolder } = await import('/pwa/crypto/open.js');
        const { newKeyPair } = await import('/pwa/crypto/key-pair.js');
        const sent = await send();
        const [version, wrap] = JSON.parse(sent.line);
        const dek = await openWrapAsHolder(version, wrap, (await derive(sent.code)).open);
        const leaf = { v: sent.id.split('.')[2], version, dek };
        const [posted, sheets] = [[], []];
        const nothing = () => {};
        const $form = document.body.appendChild(voidForm({
          row: { case: sent.case }, opened: { id: sent.case, leaves: [leaf], versions: [leaf], former: [], events: [] },
          keys: { signing: { kid: 'o1', private: await newKeyPair() }, list: (await pins.office()).keys }, texts,
          api: { voidCode: async (id) => posted.push(id) }, onVoided: (sheet) => sheets.push(sheet),
          onStep: nothing, onClose: nothing, onError,
        }));
        $form.querySelector('#void-seen').checked = true;
        const press = async (isDone) => {
          while (!isDone()) { // it takes no press while it is at one
            $form.querySelector('form').requestSubmit();
            await new Promise((go) => setTimeout(go, 10));
          }
        };
        const $said = $form.querySelector('#void-error');
        const { createElementNS } = document;
        document.createElementNS = () => { throw new TypeError('no QR code'); };
        await press(() => $said.textContent);
        document.createElementNS = createElementNS;
        const failed = [$said.textContent, posted.length];
        await press(() => sheets.length);
        return [failed, posted.length, sheets[0].querySelectorAll('[data-code], svg').length];""",
    )
    assert told == [["TypeError: no QR code", 0], 1, 2]


def rescued(page: Page, content: dict[str, Any], then: str) -> Any:
    """Open a file with one draft on the desk."""
    return run(
        page,
        STAFF
        + """const { RescueView } = await staff('rescue-view');
        const { newKeyPair } = await import('/pwa/crypto/key-pair.js');
        const { sealRescue } = await import('/pwa/crypto/rescue.js');
        const { aesSeal, randomBytes } = await import('/pwa/crypto/cipher.js');
        const { b64uEncode, canonical, utf8 } = await import('/pwa/crypto/canonical.js');
        const [pair, key] = [await newKeyPair(), randomBytes(32)];
        const sealed = await aesSeal(key, utf8(JSON.stringify(arg)), canonical(['dr1', 'own', 'd1', 1]));
        const draft = {
          id: 'd1', v: 1, p: 'own', n: 1, at: 0, iv: b64uEncode(sealed.slice(0, 12)), ct: b64uEncode(sealed.slice(12)),
          rescue: { k1: await sealRescue(key, 'own', 'd1', { kid: 'k1', pub: pair.pub }) },
        };
        let note;
        const noted = new Promise((resolve) => { note = resolve; });
        const form = async () => (await pins.loadForm('small')).form;
        const view = new RescueView({
          api: { noteRescue: async () => noted, form }, keys: { seal: new Map([['k1', pair]]) }, texts, onError,
          onClose() {},
        });
        document.body.append(view.$root);
        const file = new File([JSON.stringify({ v: 1, type: 'drafts', drafts: [draft] })], 'a.json');
        const chosen = new DataTransfer();
        chosen.items.add(file);
        const $file = view.$root.querySelector('#rescue-file');
        $file.files = chosen.files;
        $file.dispatchEvent(new Event('change'));"""
        + then,
        content,
    )


def test_recovered_drafts_are_saved_without_the_receipt_code(page: Page) -> None:
    code = "0000 0000 0000 0000 0"
    content = {
        "service": "small", "form": "1.aaaaaaaa", "title": "UPIK", "case": "c" * 24, "code": code, "prev": [],
        "values": {"nama": "UPIK", "asal": None, "nagari": ""},
    }  # fmt: skip
    text, cells = rescued(
        page,
        content,
        """note();
        while (!view.$root.querySelector('[data-rescued]')) await new Promise((go) => setTimeout(go, 10));
        let saved;
        URL.createObjectURL = (blob) => { saved = blob; return '#'; };
        view.$root.querySelector('.notice button').click();
        while (!saved) await new Promise((go) => setTimeout(go, 10));
        return [await saved.text(), [...view.$root.querySelectorAll('td')].map((cell) => cell.textContent)];""",
    )
    assert '"UPIK"' in text
    assert code not in text
    assert "code" not in text
    assert cells == ["UPIK", "staff.rescue.empty", "staff.rescue.empty"]


def test_a_draft_that_opens_after_the_lock_is_not_shown(page: Page) -> None:
    content = {"service": "small", "form": "1.aaaaaaaa", "title": "UPIK", "values": {"nama": "UPIK"}}
    rescued(
        page,
        content,
        """globalThis.view = view;
        while ($file.value) await new Promise((go) => setTimeout(go, 10));
        view.stop();
        note();""",
    )
    run(page, "return exchange.exchange()")  # which takes longer than opening one draft
    assert run(page, "return [view.rescued.length, view.$root.querySelectorAll('[data-rescued]').length]") == [0, 0]
