from sync.canonical import b64u_decode
from sync.speakable import fingerprint
from tests.serving import RunningOffice


def test_the_poster_shows_the_words_of_the_root_in_every_language(office_server: RunningOffice) -> None:
    words = fingerprint(b64u_decode(office_server.ask("GET", "/office.json").json()["root"])).split()
    for lang in ("id", "en"):
        answer = office_server.ask("GET", f"/{lang}/poster")
        assert (answer.status, answer.headers["content-language"]) == (200, lang)
        assert " ".join(f"<span>{word}</span>" for word in words) in answer.text
        assert office_server.url in answer.text
        assert " style=" not in answer.text
