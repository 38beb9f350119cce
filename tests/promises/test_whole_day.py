"""A whole day of an office on generated people: what comes, what is asked back, what is booked and who does not come,
an outage of ten minutes in the middle; at its end nothing is lost, and every step is in the audit once.

A server process that is really killed, phones and desks that speak to it over HTTP, and the office's clock set by hand.
"""

import asyncio
import csv
import io
import json
import random
import socket
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.casework.audit import read_entries, verify_audit
from server.staff.enrolment import plain
from sync.audit_chain import Deed, deed_of
from sync.canonical import b64u_decode, sha256
from sync.document import Doc
from sync.events import SENT, verify_event
from sync.keyring import KeyList, verify_key_list
from sync.receipt_code import CodeKeys, keys_of
from sync.receipts import OFFICE
from sync.sqlite_store import open_sqlite
from tests.applicants import Applicant
from tests.clocked_office import ClockedOffice
from tests.day_at_work import Desk, Phone, granted, hired
from tests.markers import search
from tests.officers import ApiOfficer
from tests.people import person
from tests.volunteers import Device, code_on

SEED = 20261201
ZONE = ZoneInfo("Asia/Jakarta")
DAY, NAGARI, HALL = "2026-12-01", "13.12.05.2002", "Balai Nagari Kinali"
ASKED, ANSWERED = "Tulis nama ibu seperti di akta lahir.", "Uangnya dikembalikan, petugasnya ditegur."
LOST = {"alasan": "B3", "kejadian_tempat": "PASAR SIMPANG EMPAT", "kronologi": "Jatuh di pasar."}
COMPLAINT = {"kelas": "pengaduan", "topik": "pungli", "uraian": "Diminta uang rokok", "identitas": "anonim"}


def at(clock: str, day: str = DAY) -> int:
    """Give the Unix time at which the clock at the office shows this."""
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).timestamp())


class Day:
    """The office and everybody who has to do with it; `came` are the applicants of the day."""

    def __init__(self, folder: Path) -> None:
        env = {"RANTAU_LOG": "debug", "RANTAU_POSTS_PER_SECOND": "1000"}
        self.office = ClockedOffice(folder, now=at("08:00", "2026-11-23"), env=env)
        self.chance = random.Random(SEED)
        self.sat = 0  # when the staff last did something
        self.came: list[Applicant] = []
        self.complaints: list[Applicant] = []
        self.phones: dict[str, Phone] = {}  # by case
        self.stands: dict[str, str] = {}  # v of what was written last, by case
        self.expected: dict[str, str] = {}  # the step at which each case ends the day
        self.asked: list[Applicant] = []  # back, for a correction
        self.lost: list[Applicant] = []  # their passport
        self.heard: list[Doc] = []  # the steps that reached the applicants

    def begin(self) -> None:
        """Found the office and take on its people."""
        told = self.office.start().ask("GET", "/office.json").json()
        self.keys: KeyList = verify_key_list(told["keys"], b64u_decode(told["root"]))
        self.office_pub = self.keys.primary("office").pub
        head = ApiOfficer(self.office.url).sign_in()
        self.rani = Desk(self.office, head)
        self.yusuf = Desk(self.office, granted(hired(self.office, head, "yusuf", "officer"), head))
        self.counter = hired(self.office, head, "loket", "desk")

    @property
    def by_case(self) -> dict[str, Applicant]:
        return {who.case: who for who in (*self.came, *self.complaints)}

    @property
    def staff(self) -> tuple[ApiOfficer, ...]:
        return self.rani.officer, self.yusuf.officer, self.counter

    def sign_in(self, clock: str, day: str = DAY) -> None:
        """Let it be that time, and the staff sign in."""
        self.office.now = at(clock, day)
        for one in self.staff:
            one.sign_in()

    def until(self, clock: str) -> None:
        """Let it become that time, with the staff at their desks."""
        while self.office.now < at(clock):
            self.office.now = min(self.office.now + 600, at(clock))
            if self.office.now - self.sat > 240:
                self.sit()

    def sit(self) -> None:
        """Have the staff look at something, which keeps them signed in."""
        self.sat = self.office.now
        for one in self.staff:
            one.get("requests")

    def phone(self, device: Device | None = None) -> Phone:
        return Phone(self.office, self.keys, device)

    def writes(self, who: Applicant, phone: Phone) -> Applicant:
        """Have somebody seal on a phone what they answer."""
        self.phones[who.case] = phone
        self.stands[who.case] = phone.write(who)
        self.expected[who.case] = SENT
        return who

    def applies(self, phone: Phone | None = None, service: str = "passport-new", **fixed: Any) -> Applicant:
        """Have the next person of the day fill in an application."""
        device = phone.device.name if phone and phone.device else None
        values = person(SEED + len(self.came)) | fixed
        who = Applicant(self.office.url, values, self.code(), service=service, device=device)
        self.came.append(self.writes(who, phone or self.phone()))
        return who

    def complains(self) -> None:
        """Have somebody send a complaint."""
        who = Applicant(self.office.url, dict(COMPLAINT), self.code(), service="complaint")
        self.complaints.append(self.writes(who, self.phone()))
        assert self.phones[who.case].send()

    def code(self) -> CodeKeys:
        return keys_of(sha256(self.chance.randbytes(10)))

    def corrects(self, who: Applicant) -> None:
        """Have somebody write the correction that was asked for."""
        first = self.stands[who.case]
        self.stands[who.case] = self.phones[who.case].write(who, prev=[first], ibu_nama="ROSMANIAR KOTO")

    def records(self, desk: Desk, who: Applicant, step: str, note: str = "", **how: Any) -> None:
        """Have an officer take a step in a case that is open on the desk."""
        desk.record(who.case, step, note, **how)
        self.expected[who.case] = step

    def looks_and_records(self, desk: Desk, who: Applicant, step: str, note: str = "") -> None:
        """Have an officer open a case, read whose it is and what is new in it, and take a step."""
        answers = dict(zip((field.key for field in who.form.fields), desk.open(who.case), strict=True))
        if "ibu_nama" in who.values:
            assert answers["ibu_nama"] == who.values["ibu_nama"]
        self.records(desk, who, step, note)

    def checks(self, who: Applicant) -> None:
        """Have one of the officers look through an application, and ask back where something is missing."""
        desk = self.chance.choice((self.rani, self.yusuf))
        if who in self.asked:
            self.looks_and_records(desk, who, "perlu_perbaikan", ASKED)
        else:
            self.looks_and_records(desk, who, "berkas_lengkap")

    def offers(self, kind: str, place: str, hours: tuple[str, str], area: str = "") -> str:
        """Publish one offer of the day, and give its id."""
        fields = dict(zip(("from", "to"), hours, strict=True)) | {"kind": kind, "place": place, "area": area}
        fields |= {
            "first": DAY,
            "last": DAY,
            "day1": "1",
            "minutes": "120",
            "places": "30",
            "kept": "0",
            "priority": "0",
        }
        head = self.rani.officer
        assert head.post_form("/staff/id/offers", fields | {"csrf": head.csrf})[0] == 303
        listed = self.office.ask("GET", "/offers.json").json()["offers"]
        return str(next(offer["id"] for offer in listed if offer["place"] == place))

    def books(self, who: Applicant, offer: str) -> str:
        """Take a place of an offer, and give the ticket's number."""
        ask = {"case": who.case, "proof": who.keys.proof, "do": "take", "offer": offer}
        body = json.dumps({"v": 1, "asks": [ask]}).encode()
        [row] = self.office.ask("POST", "/bookings", body=body).json()["rows"]
        return str(row["ticket"]["number"])

    def notes(self, ticket: str, came: str) -> None:
        """Have the counter note who came."""
        fields = {"csrf": self.counter.csrf, "ticket": ticket, "came": came}
        assert self.counter.post_form("/staff/id/queue", fields)[0] == 200

    def figures(self, table: str) -> list[list[str]]:
        """Read a table of the day's figures as a spreadsheet does, without its heads."""
        text = self.rani.officer.page(f"/staff/id/report/{table}.csv?from={DAY}&to={DAY}")
        return list(csv.reader(io.StringIO(text)))[1:]

    def enrols(self) -> Phone:
        """Make a phone that of a volunteer."""
        head, device = self.rani.officer, Device()
        fields = {"csrf": head.csrf, "login": "buyung", "proof-password": head.password}
        code = plain(code_on(head.post_form("/staff/id/volunteers", fields)[1].decode()))
        asked = json.dumps(device.request(code)).encode()
        answer = self.office.ask("POST", "/devices", headers={"Origin": self.office.url}, body=asked)
        device.name = answer.json()["device"]
        return self.phone(device)


def test_a_day_with_an_outage_ends_with_nothing_lost_and_every_step_in_the_audit_once(tmp_path: Path) -> None:
    day = Day(tmp_path / "office")
    try:
        day.begin()
        before(day)
        morning(day)
        afternoon(day)
        evening(day)
        day.office.stop()
        audit = asyncio.run(audit_of(day))
        check_audit(day, audit)
        personal = {str(who.values[key]) for who in day.came for key in ("nama_lengkap", "nomor_ktp", "telp_hp")}
        assert search([day.office.log], [*personal, ASKED, ANSWERED]) == set()
    finally:
        day.office.kill()


def before(day: Day) -> None:
    """A week before, and the afternoon before: complaints come, hours are offered, a volunteer gets a phone."""
    for when in ("2026-11-24", "2026-11-26"):
        day.sign_in("10:00", when)
        day.complains()
        day.rani.work()  # it is there, and has its day, before the clock goes on
    day.sign_in("15:00", "2026-11-30")
    day.outreach = day.offers("outreach", HALL, ("10:00", "12:00"), NAGARI)
    day.hour = day.offers("office", "Kantor", ("14:00", "16:00"))
    day.volunteer = day.enrols()


def morning(day: Day) -> None:
    """Some come by their own phones and the officers begin; in the middle the server is gone for ten minutes."""
    day.sign_in("08:00")
    due = {row["case"]: row["due"] for row in day.rani.work()}
    assert due == {day.complaints[0].case: "2026-11-27", day.complaints[1].case: DAY}, "what is due comes up as work"
    early = []
    for n in range(28):
        day.until(f"{8 + n // 14:02}:{4 * (n % 14):02}")
        early.append(day.applies(service="passport-replace", **LOST) if n in (3, 17) else day.applies())
        assert day.phones[early[-1].case].send()
    day.complains()
    day.lost = [early[3], early[17]]
    day.asked = day.chance.sample([who for who in early[:20] if who not in day.lost], 6)
    for who in early[:20]:
        day.checks(who)
    day.until("10:30")
    for _ in range(20):
        day.applies(day.volunteer)
    day.volunteer.classes.append(["a" * 16, DAY, HALL, "brokers", 31])
    outage(day, early[20:])


def outage(day: Day, opened: Sequence[Applicant]) -> None:
    """Pull the plug under what is on its way; everybody goes on, and it comes back ten minutes later."""
    office, rani, yusuf = day.office, day.rani, day.yusuf
    day.until("11:00")
    for desk, who in ((rani, opened[:5]), (yusuf, opened[4:])):
        for one in who:
            desk.open(one.case)
    day.records(rani, opened[0], "berkas_lengkap", is_heard=False)
    late = [day.applies() for _ in range(4)]
    day.phones[late[0].case].send(is_heard=False)
    cut = [half_sent(office, day.phones[who.case]) for who in late[1:]]
    office.kill()
    for connection in cut:
        connection.close()
    for one in opened[1:5]:
        day.records(rani, one, "berkas_lengkap")
    day.records(yusuf, opened[4], "perlu_perbaikan", ASKED)
    for one in opened[5:]:
        day.records(yusuf, one, "berkas_lengkap")
    late += [day.applies() for _ in range(8)]
    for who in day.asked[:3]:
        day.corrects(who)
    waiting = [*(day.phones[who.case] for who in (*late, *day.asked[:3])), day.volunteer]
    assert not any(phone.send() for phone in waiting)
    assert (len(rani.waiting), len(yusuf.waiting)) == (5, 4)
    office.now = at("11:10")
    office.start()
    day.sit()
    assert rani.send() == []
    [beaten] = yusuf.send()
    assert (beaten["case"], beaten["step"]) == (opened[4].case, "perlu_perbaikan"), "the other's step is shown"
    day.records(yusuf, opened[4], "perlu_perbaikan", ASKED)
    assert (rani.waiting, yusuf.waiting) == ([], [])
    day.chance.shuffle(waiting)
    assert all(phone.send() for phone in waiting)


def afternoon(day: Day) -> None:
    """The rest is looked through; eight have a ticket, of whom one does not come; two complaints are answered."""
    day.until("13:00")
    for who in day.asked[3:]:
        day.corrects(who)
        assert day.phones[who.case].send()
    day.asked = []
    for row in day.rani.work():
        who = day.by_case[row["case"]]
        if row["waits_for"] == "office" and who in day.came and row["state"] in ("terkirim", "perlu_perbaikan"):
            day.checks(who)
    invited = [*day.chance.sample([who for who in day.came if who not in day.lost], 6), *day.lost]
    tickets = {who.case: day.books(who, day.hour) for who in invited}
    for who in invited:
        day.looks_and_records(day.rani, who, "terjadwal")
    day.until("14:10")
    for who in invited[1:]:
        day.notes(tickets[who.case], "arrived")
        day.looks_and_records(day.yusuf, who, "bap" if who in day.lost else "biometrik_wawancara")
    day.until("15:50")
    day.notes(tickets[invited[0].case], "absent")
    for who in day.complaints[:2]:
        day.looks_and_records(day.rani, who, "aduan_pengaduan")
        day.records(day.rani, who, "aduan_dijawab", ANSWERED)


def evening(day: Day) -> None:
    """Nothing is lost: every receipt holds, everybody hears where they stand, and the figures count what was."""
    day.until("17:00")
    assert len(day.came) == 60
    for who in (*day.came, *day.complaints):
        phone = day.phones[who.case]
        assert not phone.waiting
        mine = {name: receipt for name, receipt in phone.receipts.items() if name.split(".")[1] == who.case}
        assert {receipt.who for receipt in mine.values()} == {OFFICE}
        heard = who.whole_case()
        events = [row for row in heard if isinstance(row, dict)]
        assert {row[0]["_id"] for row in heard if isinstance(row, list)} == set(mine), "one record of each"
        for event in events:
            verify_event(event, day.office_pub)
            assert event["note"] is None or who.note_of(event) in (ASKED, ANSWERED)
        assert [event["n"] for event in events] == [*range(1, len(events) + 1)]
        assert ([SENT] + [event["step"] for event in events])[-1] == day.expected[who.case]
        day.heard += events
    states = Counter(row["state"] for row in day.rani.work() if day.by_case[row["case"]] in day.came)
    assert states == Counter(day.expected[who.case] for who in day.came)
    assert states["bap"] == 2
    assert day.figures("arrivals") == [[DAY, "60", "1"]]
    assert [row[1:] for row in day.figures("visits")] == [
        ["30", "0", "0", "0", "0", ""], ["30", "8", "7", "1", "0", "12.5"],
    ]  # fmt: skip
    assert day.figures("given-up") == [["Ada jadwal", "tidak datang", "1"]]
    assert [row[3] for row in day.figures("devices")] == ["20"]
    left = [row for row in day.rani.work() if row["case"] == day.complaints[2].case]
    assert [row["due"] for row in left] == ["2026-12-04"]


def check_audit(day: Day, audit: Sequence[Deed]) -> None:
    """Every step that an applicant hears of is there once, by who took it; so is whatever else was done."""
    steps = Counter((deed.about["case"], deed.about["n"], deed.about["step"]) for deed in audit if deed.name == "event")
    assert steps == Counter((event["case"], event["n"], event["step"]) for event in day.heard)
    assert set(steps.values()) == {1}
    for desk in (day.rani, day.yusuf):
        own = Counter(
            (deed.about["case"], deed.about["step"])
            for deed in audit
            if deed.name == "event" and deed.who == desk.officer.login
        )
        assert own == +desk.meant
    others = Counter(deed.name for deed in audit)
    assert {name: others[name] for name in ("applicant-arrived", "applicant-absent", "offers-published")} == {
        "applicant-arrived": 7, "applicant-absent": 1, "offers-published": 2,
    }  # fmt: skip
    assert others["class-recorded"] == 1


async def audit_of(day: Day) -> list[Deed]:
    """Read the audit and check its chain."""
    store = open_sqlite(day.office.folder / "data", "staff")
    try:
        await verify_audit(store, day.keys)
        return [deed_of(entry) async for entry in read_entries(store)]
    finally:
        await store.close()


def half_sent(office: ClockedOffice, phone: Phone) -> socket.socket:
    """Begin a request that does not come to its end."""
    connection = socket.create_connection(("127.0.0.1", office.port))
    connection.sendall(phone.half_sent())
    return connection
