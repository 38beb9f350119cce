from server.keys.server_key import read_server_key
from sync.canonical import b64u_decode
from sync.keyring import verify_key_list
from tests.serving import RunningOffice


def test_the_office_tells_its_root_its_signed_keys_and_its_forms(office_server: RunningOffice) -> None:
    reply = office_server.ask("GET", "/office.json")
    told = reply.json()
    assert told.keys() == {"office", "root", "keys", "forms", "public", "exchange", "time"}
    assert told["office"]["official"] is False
    assert told["office"]["origin"] == office_server.url
    root = b64u_decode(told["root"])
    assert root == read_server_key(office_server.folder / "data").root
    assert verify_key_list(told["keys"], root).primary("seal").kem == 16
    assert reply.headers["cache-control"] == "no-cache"


def test_the_latest_form_comes_under_its_service_and_every_one_under_its_name(office_server: RunningOffice) -> None:
    forms = office_server.ask("GET", "/office.json").json()["forms"]
    for service, name in forms.items():
        latest = office_server.ask("GET", f"/forms/{service}.json")
        named = office_server.ask("GET", f"/forms/{service}/{name}.json")
        assert latest.headers["rantau-form"] == named.headers["rantau-form"] == name
        assert latest.body == named.body
        assert "immutable" in named.headers["cache-control"]
        assert latest.headers["cache-control"] == "no-cache"


def test_a_ping_is_known_by_its_body(office_server: RunningOffice) -> None:
    reply = office_server.ask("GET", "/ping")
    public = office_server.ask("GET", "/office.json").json()["public"]
    assert reply.text == f"rantau {public}\n"
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.headers["cache-control"] == "no-store"


def test_the_texts_of_a_device_are_those_it_needs(office_server: RunningOffice) -> None:
    device = office_server.ask("GET", "/text/id.json").json()
    online = office_server.ask("GET", "/text/online-id.json").json()
    staff = office_server.ask("GET", "/text/staff-id.json").json()
    assert "field.nama_lengkap" in device
    assert "step.dibayar" in online
    assert not device.keys() & online.keys()
    assert not [key for key in device if key.startswith(("console.", "error."))]
    prices = {key for key in online if key.startswith("cost.")}  # an officer sends nothing of one's own
    assert {key: text for key, text in (device | online).items() if key not in prices}.items() < staff.items()
