"""What an office does for itself: it edits what it says, trains a newcomer and starts afresh, and lets a partner ask.

One office of the demo, in which nobody has looked at one of the guides for 91 days; an officer at the console, a phone
in a village, a newcomer, and a partner's own program.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.keys.founding import DEMO
from server.settings import ROOT
from tests.applicants import Applicant
from tests.browsing import complete
from tests.people_at_work import TEXTS, Login, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
PATIENCE = 60_000  # milliseconds; pages are made anew, and programs started
OLD = "complain"  # the guide
TODAY = date.today()
DAY = TODAY + timedelta(14)
PASSWORD = "sandi petugas baru itu"
RIGHT, WRONG = "Awas calo di pasar", "Judul yang keliru"
HOURS = {"id": "Senin sampai Jumat, 08.00 sampai 15.00", "en": "Monday to Friday, 8 am to 3 pm"}
FORM = "permit-address"
QUESTION = {
    "key": "ketua_rt", "control": "text", "label": {"id": "Nama ketua RT", "en": "Name of the head of the RT"},
}  # fmt: skip
NUMBER = re.compile(r"^\w{4} \w{4} \w")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    folder = tmp_path_factory.mktemp("rehearsed")
    content = shutil.copytree(ROOT / "content", folder / "content")
    for guide in content.glob(f"guides/*/{OLD}.md"):
        guide.write_text(re.sub("(?m)^checked: .*", f"checked: {TODAY - timedelta(91)}", guide.read_text()))
    with RunningOffice(folder / "office", env={"RANTAU_CONTENT": str(content)}) as office:
        yield office


@pytest.fixture(scope="module")
def officer(browser: Browser, office: RunningOffice) -> Officer:
    """The officer of the demo, signed in, who leads it too."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="id-ID")
    officer = Officer(page, office, "id")
    page.goto(f"{office.url}/staff/login?lang=id")
    officer.knock()
    expect(page.get_by_text(ID.text("staff.rehearsal.mark"))).to_be_visible()
    return officer


def prove_if_asked(page: Page, then: Locator) -> None:
    """Say once more who sits there, if that is too long ago, and see what comes *then*."""
    password = page.get_by_label(ID.text("staff.login.password"))
    expect(password.or_(then).first).to_be_visible(timeout=PATIENCE)
    if password.is_visible():
        password.fill(DEMO.password)
        page.get_by_role("button", name=ID.text("staff.step-up.button")).click()
    expect(then).to_be_visible(timeout=PATIENCE)


def publish_guide(page: Page, title: str) -> None:
    """Type a guide's title and the day on which its facts were checked, look at it, and publish it."""
    page.get_by_label(ID.text("staff.guide.title"), exact=True).fill(title)
    page.get_by_label(ID.text("staff.guide.checked"), exact=True).fill(TODAY.isoformat())
    page.get_by_role("button", name=ID.text("staff.edit.preview")).click()
    expect(page.locator("#preview").get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name=ID.text("staff.edit.publish")).click()
    prove_if_asked(page, page.get_by_role("heading", level=1, name=ID.text("staff.guides.title"), exact=True))


def publish_hours(page: Page) -> None:
    """Type the opening hours into the office's profile, look at it, and publish it."""
    for tongue, hours in HOURS.items():
        page.locator(f"#hours-{tongue}").fill(hours)
    page.get_by_role("button", name=ID.text("staff.edit.preview")).click()
    expect(page.locator("#preview").get_by_text(HOURS["id"])).to_be_visible()
    page.get_by_role("button", name=ID.text("staff.edit.publish")).click()
    prove_if_asked(page, page.get_by_role("heading", level=1, name=ID.text("staff.content.title"), exact=True))


def publish_form(page: Page) -> None:
    """Hand in a form's file with one question more, which shows it at once, and publish it."""
    form = json.loads(page.locator("#json").input_value())
    form["sections"][2]["fields"].append(QUESTION)
    page.get_by_label(ID.text("staff.form.source")).fill("Surat kantor")
    page.get_by_label(ID.text("staff.form.checked")).fill(TODAY.isoformat())
    file = {"name": f"{FORM}.json", "mimeType": "application/json", "buffer": json.dumps(form).encode()}
    handed_in = page.get_by_label(ID.text("staff.form.file"))
    expect(handed_in).to_be_visible()
    handed_in.set_input_files([file])
    expect(page.locator("#preview").get_by_label(QUESTION["label"]["id"])).to_be_visible()
    page.get_by_role("button", name=ID.text("staff.edit.publish")).click()
    prove_if_asked(page, page.get_by_role("heading", level=1, name=ID.text("staff.forms.title"), exact=True))


def wait_until_taken_up(page: Page) -> None:
    """Look again, as the page says, until nothing is being made anew."""
    while page.get_by_text(ID.text("staff.edit.taking-up")).is_visible():
        page.reload()


def test_what_is_edited_previewed_and_published_is_on_a_phone_after_its_next_exchange(
    browser: Browser, officer: Officer, office: RunningOffice
) -> None:
    phone = browser.new_page(viewport={"width": 320, "height": 640}, locale="id-ID")
    phone.goto(f"{office.url}/id/guides/brokers")
    complete(phone)

    desk = officer.page
    editor = f"{office.url}/staff/id/guides/brokers/id"
    for title in (RIGHT, WRONG):
        desk.goto(editor)
        publish_guide(desk, title)
    desk.goto(editor)
    desk.get_by_role("link", name=re.compile("^Terbitan 1,")).click()
    expect(desk.get_by_label(ID.text("staff.guide.title"), exact=True)).to_have_value(RIGHT)
    publish_guide(desk, RIGHT)
    desk.goto(f"{office.url}/staff/id/forms")
    desk.locator(f"[data-form={FORM}]").get_by_role("link", name=re.compile("^Buat versi")).click()
    publish_form(desk)
    profile = f"{office.url}/staff/id/content/profile/office"
    desk.goto(profile)
    publish_hours(desk)
    desk.goto(profile)
    desk.get_by_role("link", name=re.compile("^Terbitan 1,")).click()
    expect(desk.locator("#hours-id")).to_have_value(HOURS["id"])

    desk.get_by_role("link", name=ID.text("staff.nav.content"), exact=True).click()
    due = desk.get_by_role("region", name=ID.text("staff.content.due-now"))
    old = desk.locator(f"[data-value='guide.{OLD}']")
    with desk.expect_navigation():
        due.locator(old).get_by_role("button").click()
    wait_until_taken_up(desk)
    expect(old).to_be_visible()
    expect(due.locator(old)).to_have_count(0)

    phone.goto(f"{office.url}/id/mine")  # opened again, it exchanges by itself
    apply = phone.get_by_role("button", name=ID.text("app.update.apply"))
    expect(apply).to_be_visible(timeout=PATIENCE)
    with phone.expect_navigation(timeout=PATIENCE):
        apply.click()
    phone.context.set_offline(True)
    phone.goto(f"{office.url}/id/guides/brokers")
    expect(phone.get_by_role("heading", level=1)).to_have_text(RIGHT)
    phone.goto(f"{office.url}/id/office")
    expect(phone.locator("main")).to_contain_text(HOURS["id"])
    phone.goto(f"{office.url}/id/apply/{FORM}")
    expect(phone.get_by_label(QUESTION["label"]["id"])).to_be_visible()


def test_a_newcomer_practises_and_who_leads_sees_who_finished_until_it_begins_afresh(
    browser: Browser, officer: Officer, office: RunningOffice
) -> None:
    desk = officer.page
    desk.goto(f"{office.url}/staff/id/accounts")
    form = desk.locator("form:has(#new-login)")
    form.get_by_label(ID.text("staff.setup.login")).fill("oki")
    form.get_by_label(ID.text("staff.role.officer"), exact=True).check()
    form.get_by_role("button").click()
    prove_if_asked(desk, desk.locator("[data-code]"))
    code = desk.locator("[data-code]").inner_text()

    newcomer = browser.new_page(viewport={"width": 1280, "height": 900}, locale="id-ID")
    newcomer.goto(f"{office.url}/staff/setup?lang=id")
    for name, typed in (("login", "oki"), ("code", code), ("password", PASSWORD), ("again", PASSWORD)):
        newcomer.locator(f"#{name}").fill(typed)
    newcomer.get_by_role("button", name=ID.text("staff.setup.button")).click()
    newcomer.get_by_role("link", name=ID.text("staff.login.title")).click()
    Officer(newcomer, office, "id", who=Login("oki", PASSWORD)).knock()
    expect(newcomer.get_by_text("LATIHAN", exact=True)).to_be_visible()
    first_day = newcomer.locator("details.first-day")
    expect(first_day.locator("summary")).to_contain_text("0 dari 8 selesai")
    first_day.get_by_role("link", name=ID.text("staff.first-day.training")).click()
    quiz = newcomer.locator("#quiz")
    quiz.get_by_label("Menghapus langkah itu").check()
    for right in ("Di kertas", "Memintanya mendapat akses baru"):
        quiz.get_by_label(right).check()
    quiz.get_by_role("button", name=ID.text("quiz.do")).click()
    expect(newcomer.get_by_role("alert")).to_have_text(ID.text("quiz.not-yet"))
    quiz.get_by_label("Membuat langkah baru").check()
    quiz.get_by_role("button", name=ID.text("quiz.do")).click()
    expect(newcomer.locator("[data-guide=officer-first-day]")).to_contain_text("Selesai")
    newcomer.goto(f"{office.url}/staff/id/")
    expect(first_day.locator("summary")).to_contain_text("1 dari 8 selesai")
    expect(first_day.locator("[data-task=training]")).to_contain_text("✓")

    desk.goto(f"{office.url}/staff/id/trained")
    expect(desk.locator("[data-who=oki]")).to_contain_text(re.compile(r"Petugas: hari pertama:\s+Selesai"))

    practised = Applicant(office.url)
    practised.send()
    officer.unlock()
    expect(desk.get_by_role("button", name=practised.number)).to_be_visible()
    office.stop()
    assert "made-up cases are ready" in office.run("rehearse").stdout
    office.start()
    officer.unlock()
    expect(desk.get_by_role("button", name=NUMBER).first).to_be_visible()
    expect(desk.get_by_role("button", name=practised.number)).to_have_count(0)


def test_a_partners_program_asks_for_an_event_and_the_officer_drafts_its_hours_and_accepts_or_declines(
    officer: Officer, office: RunningOffice, tmp_path: Path
) -> None:
    desk = officer.page
    desk.goto(f"{office.url}/staff/id/stakeholders")
    desk.locator("#title").fill("Pemerintah Nagari Talu")
    desk.locator("#name").fill("talu")
    desk.get_by_role("button", name=ID.text("staff.stakeholders.give")).click()
    prove_if_asked(desk, desk.locator("[data-token]"))
    token = desk.locator("[data-token]").inner_text()
    number, other = (ask_for_event(office, token, tmp_path / "ask_for_event.py") for _ in range(2))

    officer.unlock()
    case = officer.open(number)
    with desk.expect_popup() as opened:
        case.get_by_role("button", name=ID.text("staff.offer-draft")).click()
    draft = opened.value
    expect(draft.locator("[name=first]")).to_have_value(DAY.isoformat())
    draft.get_by_role("button", name=ID.text("staff.offers.publish")).dblclick()
    expect(draft.locator("[data-offer]").filter(has_text="Balai Nagari Talu")).to_have_count(7)
    officer.record(case, "kegiatan_diterima", "Kami datang pukul 08.00.")
    desk.keyboard.press("Escape")
    officer.record(officer.open(other), "ditolak", "Dua kali pada hari yang sama tidak dapat.")

    told = office.ask("GET", "/open/v1/requests.json", headers={"Authorization": f"Bearer {token}"}).json()
    answered = {row["number"]: row["status"] for row in told["rows"]}
    assert answered == {number: "kegiatan_diterima", other: "ditolak"}
    schedule = office.ask("GET", "/open/v1/schedule.json").json()["rows"]
    assert sum(row["place"] == "Balai Nagari Talu" for row in schedule) == 7


def ask_for_event(office: RunningOffice, token: str, script: Path) -> str:
    """Run the partner's program of docs/open-data.md; give the number that it is told."""
    text = (ROOT / "docs" / "open-data.md").read_text().partition("```python\n")[2].partition("\n```")[0]
    script.write_text(re.sub(r'"tanggal_1": "[^"]+"', f'"tanggal_1": "{DAY}"', text))
    env = {**os.environ, "TOKEN": token}
    done = subprocess.run([sys.executable, script, office.url], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())["number"]
