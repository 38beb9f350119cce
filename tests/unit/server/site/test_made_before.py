"""What an earlier start made is taken, and nothing else is."""

from pathlib import Path

from server.settings import load_settings
from server.site.made_before import MadeBefore
from server.site.prepared import prepare
from server.site.site import build_site


class Maker:
    """Turns bytes round, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, source: bytes) -> bytes:
        self.count += 1
        return source[::-1]


def test_it_is_made_once_and_taken_by_every_later_start(tmp_path: Path) -> None:
    make = Maker()
    for _ in range(2):
        assert MadeBefore(tmp_path / "made").get("round", b"abc", make) == b"cba"
    assert make.count == 1
    MadeBefore(tmp_path / "made").get("another way", b"abc", make)
    MadeBefore(tmp_path / "made").get("round", b"abd", make)
    assert make.count == 3


def test_what_is_damaged_is_made_anew(tmp_path: Path) -> None:
    MadeBefore(tmp_path).get("round", b"abc", Maker())
    [path] = tmp_path.iterdir()
    for damaged in (path.read_bytes()[:-1], b"", path.read_bytes().replace(b"cba", b"evl")):
        path.write_bytes(damaged)
        assert MadeBefore(tmp_path).get("round", b"abc", Maker()) == b"cba"
    assert MadeBefore(tmp_path).get("round", b"abc", Maker()) == b"cba"


def test_a_folder_that_takes_nothing_costs_the_time_again_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file in its place")
    make = Maker()
    for made in (MadeBefore(), MadeBefore(tmp_path / "made")):
        assert made.get("round", b"abc", make) == b"cba"
        made.forget_others()
    assert make.count == 2


def test_who_only_looks_takes_what_is_kept_and_keeps_nothing(tmp_path: Path) -> None:
    MadeBefore(tmp_path).get("round", b"abc", Maker())
    looking, make = MadeBefore(tmp_path, only_looks=True), Maker()
    assert [looking.get("round", source, make) for source in (b"abc", b"abd")] == [b"cba", b"dba"]
    assert (make.count, len(list(tmp_path.iterdir()))) == (1, 1)


def test_what_another_version_made_goes(tmp_path: Path) -> None:
    MadeBefore(tmp_path).get("round", b"old", Maker())
    made = MadeBefore(tmp_path)
    made.get("round", b"new", Maker())
    made.forget_others()
    [path] = tmp_path.iterdir()
    assert path.read_bytes().endswith(b"wen")


def test_a_site_of_what_was_made_before_is_the_same(tmp_path: Path) -> None:
    settings = load_settings({})
    prepared = prepare(settings)
    first, second = (build_site(settings, prepared, keys=[], made=MadeBefore(tmp_path)) for _ in range(2))
    assert {url: (one.body, one.encodings) for url, one in second.resources.items()} == {
        url: (one.body, one.encodings) for url, one in first.resources.items()
    }
    assert first.revision == second.revision
