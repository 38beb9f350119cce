"""Every application is filled in to its end by generated people, sealed, and read back by an officer to the letter."""

import json
from datetime import date

import pytest

from server.content import load_content
from server.edge_sealing import seal_answers
from server.forms.answers import from_answers, settle, to_answers
from server.forms.checklist import checklist
from server.forms.form import Form
from server.forms.form_rows import row_count, spread
from server.forms.review import reviewed
from server.forms.rules import check
from server.pages import make_environment
from server.settings import load_settings
from sync.seal import open_version, open_wrap_as_office
from tests.generated_people import HOSTILE, Crowd, meant
from tests.sealed_items import NOW, OfficeKeys, new_keys

SETTINGS = load_settings({})
CONTENT = load_content(SETTINGS.content)
OFFICE, CODE = OfficeKeys(), new_keys()
TODAY = date(2026, 11, 25)
PEOPLE = 40  # of each form
# A child of an unknown day was taken for an adult once, and a visa on arrival could be extended twice.
TAKEN_BY_EVERY_VERSION = {"tahun_lahir": "1958", "perpanjangan_ke": "1"}
# All that one person applies for; a group hands in names alone.
OF_ONE_PERSON = sorted({*CONTENT.forms.applications} - {"group"})
CHILDREN = [{"tanggal_lahir": "14-03-2015"}, {"lahir_tidak_lengkap": "1", "tahun_lahir": "2015"}]
# What is asked about the parent of a child; and the parent's papers that passports ask for on top.
PARENT = {"orang_tua_pemberi_izin", "pemberi_izin_nama", "pemberi_izin_nomor_ktp", "persetujuan_orang_tua"}
OF_PASSPORTS = {"nikah-orang-tua", "izin-orang-tua"}


@pytest.mark.parametrize("service", CONTENT.forms.services)
def test_what_was_begun_on_an_older_version_can_be_sent_with_the_newest(service: str) -> None:
    *older, newest = CONTENT.forms.by_service[service]
    for form in older:
        crowd = Crowd(3, regions=CONTENT.regions)
        for _ in range(PEOPLE // 4):
            typed = crowd.person(form, today=TODAY, **TAKEN_BY_EVERY_VERSION)
            found = {one.field for one in check(newest, typed, today=TODAY, regions=CONTENT.regions).hard}
            # Some forms let a child apply without a parent once: a draft begun so asks for one before it is sent.
            assert found <= PARENT - {field.key for field in form.fields}, typed


@pytest.mark.parametrize("service", CONTENT.forms.services)
def test_what_people_type_is_what_an_officer_reads(service: str) -> None:
    form, crowd, names = CONTENT.forms.latest(service), Crowd(7, regions=CONTENT.regions), set()
    for _ in range(PEOPLE):
        typed = crowd.person(form, today=TODAY)
        assert check(form, typed, today=TODAY, regions=CONTENT.regions).hard == (), typed
        answers = to_answers(form, typed, today=TODAY)
        line = seal_answers(form, answers, keys=CODE, prev=[], key_list=OFFICE.key_list, at=NOW)
        version, wrap = json.loads(line)
        dek = open_wrap_as_office(version, wrap, "k1", OFFICE.seal)
        opened = from_answers(form, open_version(version, dek)["personal"])
        assert list(opened.values()) == answers
        for one in (one for one in spread(form.fields, opened) if isinstance(one.answer, str)):
            assert one.answer in {
                meant(one.field, text) for name, text in typed.items() if name.endswith(one.field.key)
            }
        names.add(typed.get("nama_lengkap"))
    assert service not in CONTENT.forms.applications or names & set(HOSTILE)


@pytest.mark.parametrize("service", OF_ONE_PERSON)
def test_who_knows_nothing_but_the_year_of_birth_can_send(service: str) -> None:
    form, known = (
        CONTENT.forms.latest(service),
        {"lahir_tidak_lengkap": "1", "tanggal_lahir": "", "tahun_lahir": "1958"},
    )
    typed = Crowd(9, regions=CONTENT.regions).person(form, today=TODAY, **known)
    assert check(form, typed, today=TODAY, regions=CONTENT.regions).hard == ()
    answers = from_answers(form, to_answers(form, typed, today=TODAY))
    assert (answers["tanggal_lahir"], answers["tahun_lahir"]) == (None, "1958")


def a_child(service: str, **born: str) -> tuple[Form, dict[str, str]]:
    form = CONTENT.forms.latest(service)
    known = {"lahir_tidak_lengkap": "", "status_sipil": "2", "jenis_paspor": "e5", "alasan": "B2", "terbit_2009": ""}
    return form, Crowd(9, regions=CONTENT.regions).person(form, today=TODAY, **known | born)


@pytest.mark.parametrize("born", CHILDREN)
@pytest.mark.parametrize("service", OF_ONE_PERSON)
def test_for_a_child_every_form_asks_for_a_parents_consent_and_papers(service: str, born: dict[str, str]) -> None:
    form, typed = a_child(service, **born)
    assert check(form, typed, today=TODAY, regions=CONTENT.regions).hard == ()
    answers = settle(form, typed, today=TODAY)
    assert answers.get("ktp_tanggal_dikeluarkan") is None
    brings = {paper.name for paper in checklist(form, answers, CONTENT.fees, today=TODAY).papers}
    assert brings >= {"ktp-orang-tua"} | (OF_PASSPORTS if service.startswith("passport-") else set())
    assert len(brings & {"akta", "akta-lahir"}) == 1
    assert "ktp" not in brings
    wrong = typed | {"persetujuan_orang_tua": "", "orang_tua_pemberi_izin": ""}
    found = check(form, wrong, today=TODAY, regions=CONTENT.regions).hard
    assert [finding.field for finding in found] == ["orang_tua_pemberi_izin", "persetujuan_orang_tua"]


@pytest.mark.parametrize("born", [*CHILDREN, {"tanggal_lahir": "25-11-2009"}])
def test_a_child_has_no_ktp_that_would_be_enough_beside_the_old_passport(born: dict[str, str]) -> None:
    form, typed = a_child("passport-replace", **born, terbit_2009="1")
    answers = settle(form, typed, today=TODAY)
    required = {paper.name for paper in checklist(form, answers, CONTENT.fees, today=TODAY).papers if paper.required}
    assert required == (
        {"paspor-lama", "kk", "akta", "ktp-orang-tua", *OF_PASSPORTS} if born in CHILDREN else {"ktp", "paspor-lama"}
    )


@pytest.mark.parametrize(
    "grown", [{"tanggal_lahir": "25-11-2009"}, {"tanggal_lahir": "26-11-2009", "status_sipil": "1"}]
)
@pytest.mark.parametrize("service", OF_ONE_PERSON)
def test_who_is_seventeen_or_married_is_asked_for_no_parent(service: str, grown: dict[str, str]) -> None:
    form, typed = a_child(service, **grown)
    answers = settle(form, typed, today=TODAY)
    brings = {paper.name for paper in checklist(form, answers, CONTENT.fees, today=TODAY).papers}
    assert not brings & {"akta-lahir", "ktp-orang-tua", *OF_PASSPORTS}
    assert {answers[key] for key in PARENT & answers.keys()} == {None}


@pytest.mark.parametrize("born", CHILDREN)
@pytest.mark.parametrize("service", ["passport-new", "passport-replace"])
def test_a_childs_passport_is_for_five_years(service: str, born: dict[str, str]) -> None:
    form, typed = a_child(service, **born)
    found = check(form, typed | {"jenis_paspor": "e10"}, today=TODAY, regions=CONTENT.regions).hard
    assert [finding.field for finding in found] == ["jenis_paspor"]


@pytest.mark.parametrize(("year", "grown"), [("2009", False), ("2008", True)])
def test_of_a_stay_permit_too_a_year_alone_tells_who_is_grown(year: str, grown: bool) -> None:
    form = CONTENT.forms.latest("permit-permanent")
    answers = settle(form, {"lahir_tidak_lengkap": "1", "tahun_lahir": year}, today=date(2027, 1, 1))
    papers = checklist(form, answers, CONTENT.fees, today=date(2027, 1, 1)).papers
    assert ("integrasi" in {paper.name for paper in papers}) is grown


@pytest.mark.parametrize("service", OF_ONE_PERSON)
def test_nobody_is_born_in_a_year_to_come(service: str) -> None:
    form, known = CONTENT.forms.latest(service), {"lahir_tidak_lengkap": "1"}
    found = [check(form, known | {"tahun_lahir": year}, today=TODAY, regions=()).hard for year in ("2026", "2027")]
    assert [[one.field for one in each].count("tahun_lahir") for each in found] == [0, 1]


@pytest.mark.parametrize(("visa", "which", "is_taken"), [("B", "1", True), ("B", "2", False), ("C", "2", True)])
def test_a_visa_on_arrival_is_extended_once(visa: str, which: str, is_taken: bool) -> None:
    form, asked = CONTENT.forms.latest("permit-visit"), {"visa_jenis": visa, "perpanjangan_ke": which}
    found = check(form, asked, today=TODAY, regions=()).hard
    assert ("perpanjangan_ke" not in [one.field for one in found]) is is_taken


@pytest.mark.parametrize(
    ("service", "asked", "brought"),
    [
        ("permit-limited", {"maksud": "penelitian"}, "izin-penelitian"),
        ("permit-status", {"maksud": "penelitian", "alih": "itas"}, "izin-penelitian"),
        ("permit-status", {"maksud": "keluarga", "alih": "itap"}, "itap-keluarga"),
    ],
)
def test_a_researcher_brings_the_research_permit_and_who_joins_family_for_good_their_permit(
    service: str, asked: dict[str, str], brought: str
) -> None:
    form, crowd = CONTENT.forms.latest(service), Crowd(9, regions=CONTENT.regions)
    named = {
        maksud: {
            paper.name for paper in checklist(form, settle(form, typed, today=TODAY), CONTENT.fees, today=TODAY).papers
        }
        for maksud in (asked["maksud"], "kerja")
        for typed in [crowd.person(form, today=TODAY, **asked | {"maksud": maksud})]
    }
    assert [brought in papers for papers in named.values()] == [True, False]


def test_family_members_come_along_on_a_re_entry_permit_as_on_the_others() -> None:
    permits = [CONTENT.forms.latest(name) for name in CONTENT.forms.applications if name.startswith("permit-")]
    assert len(permits) == 6
    assert all(form.field("pengikut").control == "repeat" for form in permits)


@pytest.mark.parametrize(("names", "is_doubted"), [("Upik\nBuyung\nO'Neil", True), ("Upik\n" * 31, False)])
def test_a_list_of_names_that_is_not_as_long_as_the_group_is_doubted(names: str, is_doubted: bool) -> None:
    form, typed = CONTENT.forms.latest("group"), {"jumlah_orang": "31", "daftar_nama": names}
    found = check(form, typed, today=TODAY, regions=())
    assert ("daftar_nama" in [one.field for one in found.soft]) is is_doubted
    assert "daftar_nama" not in [one.field for one in found.hard]


def test_a_name_of_sixty_letters_and_one_of_one_word_are_taken() -> None:
    assert max(map(len, HOSTILE)) == 60
    assert "Suharto" in HOSTILE


@pytest.mark.parametrize("service", CONTENT.forms.services)
def test_the_pages_without_javascript_show_all_of_it(service: str) -> None:
    form, crowd = CONTENT.forms.latest(service), Crowd(3, regions=CONTENT.regions)
    typed = crowd.person(form, today=TODAY)
    answers = to_answers(form, typed, today=TODAY)
    texts, environment = CONTENT.catalogues["en"], make_environment(SETTINGS, CONTENT)
    words = {"lang": "en", "_": texts.text, "path": None, "form": form}
    again = environment.get_template("form.html").render(words, values=typed, errors={}, url="/x")
    sections = reviewed(form, answers, texts, CONTENT.regions)
    brings = checklist(form, from_answers(form, answers), CONTENT.fees, today=TODAY)
    shown = environment.get_template("review.html").render(
        words, sections=sections, warnings=[], code="a", number="b", item="c", brings=brings, promised=[]
    )
    for field in (field for field in form.fields if field.control == "repeat"):
        assert again.count(f'data-field="{field.key}.') == (row_count(field, typed) + 1) * len(field.fields)
    given = [one for one in spread(form.fields, from_answers(form, answers)) if one.answer is not None]
    assert sum(len(section.rows) for section in sections) == len(given)
    assert all(value.label["en"] in shown for value in (*brings.fees, *brings.times, *brings.next))


@pytest.mark.parametrize("service", CONTENT.forms.applications)
def test_a_form_has_short_sections_and_seals_all_but_the_nagari(service: str) -> None:
    form = CONTENT.forms.latest(service)
    assert [section.id for section in form.sections if len(section.fields) > 8] == []
    assert [field.key for field in form.every_field if field.clear] == ["nagari"]
