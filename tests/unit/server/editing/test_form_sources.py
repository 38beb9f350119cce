"""Every form says of which paper its questions are, and on which day somebody compared them."""

from pathlib import Path

import pytest

from server.editing.form_sources import FormSourcesError, load_form_sources

ROW = '[[form]]\nservices = ["a"]\nsource = "Perdim 11"\nchecked = 2026-11-25\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROW.replace("source", "sauce"), "form 1: 'source' is missing"),
        (ROW.replace("checked = 2026-11-25", ""), "form 1: 'checked' is missing"),
        (ROW.replace("2026-11-25", '"today"'), "form 1: checked must be a day"),
        (ROW + "day = 1", "form 1: 'day' is unknown"),
        (ROW.replace('"a"', '"c"'), "form 1: there is no form 'c'"),
        (ROW + ROW, "form 2: 'a' stands in an earlier row"),
        (ROW + 'unverified = { id = "usulan" }', "form 1: unverified needs words in every language"),
        ("[[form", "forms.toml: "),
    ],
)
def test_a_row_without_source_or_day_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "forms.toml"
    path.write_text(text)
    with pytest.raises(FormSourcesError) as refused:
        load_form_sources(path, services=["a", "b"], languages=["id", "en"])
    assert said in str(refused.value)


def test_a_right_row_is_found_by_each_of_its_services(tmp_path: Path) -> None:
    path = tmp_path / "forms.toml"
    assert load_form_sources(path, services=["a", "b"], languages=["id", "en"]) == {}
    path.write_text(ROW.replace('"a"', '"a", "b"'))
    found = load_form_sources(path, services=["a", "b"], languages=["id", "en"])
    assert [found[service].source for service in ("a", "b")] == ["Perdim 11", "Perdim 11"]
