"""The command helps an administrator who has no way in, while the office is served or not."""

from pathlib import Path

from tests.papers import found_office


def test_accounts_are_listed_added_reset_and_shut_and_of_what_there_is_none_it_says_so(tmp_path: Path) -> None:
    office = found_office(tmp_path / "office").office

    def run(*arguments: str, code: int = 0) -> str:
        done = office.run("accounts", *arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "administrator, head, officer" in run("list")
    printed = run("add", "siti", "officer", "desk")
    assert "/staff/setup" in printed
    assert len(printed.splitlines()[-1].split()) == 6
    assert run("reset", "siti").splitlines()[-1] != printed.splitlines()[-1]
    assert "not set up yet" in run("list")
    assert "disabled" in run("disable", "siti")
    assert "disabled" in run("list")
    run("enable", "siti")
    run("factor", "siti")
    assert "login: there is such an account already" in run("add", "siti", "officer", code=1)
    assert "login: there is no such account" in run("reset", "nobody", code=1)
    assert "make another administrator first" in run("disable", "upik", code=1)
    assert office.run("hub", "list").stdout.startswith("This office has no hubs")
    assert office.run("peers", "list").stdout.startswith("No program has an account")
    audited = office.run("audit", "show").stdout
    assert printed.splitlines()[-1].strip() not in audited
