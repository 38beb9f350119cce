"""Accounts are made, handed over by a code, changed and shut; somebody can always administrate."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.staff.accounts import CODE_DAYS, AccountError, Accounts, chosen
from server.staff.passwords import verify_password
from sync.sqlite_store import open_sqlite
from tests.sealed_items import NOW

PASSWORD = "bukit awan kursi lampu"


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    store = open_sqlite(tmp_path, "staff")
    accounts = Accounts(store, NOW)
    await accounts.add("upik", ["administrator"])
    yield accounts
    await store.close()


async def refusal(work: Awaitable[Any]) -> tuple[str, str]:
    with pytest.raises(AccountError) as caught:
        await work
    return caught.value.field, caught.value.reason


def refused(*arguments: Any) -> str:
    with pytest.raises(AccountError) as caught:
        chosen(*arguments, ())
    return f"{caught.value.field}.{caught.value.reason}"


@pytest.mark.anyio
async def test_the_holder_of_the_code_chooses_a_password_once(accounts: Accounts) -> None:
    code = await accounts.add("siti", ["officer", "desk"])
    account = await accounts.expected("siti")
    assert account is not None
    assert account["roles"] == ["officer", "desk"]
    assert code not in str(account)
    assert refused(account, "another code", PASSWORD) == "code.wrong"
    assert refused(account, code, "siti siti siti") == "password.common"
    await accounts.keep_password(account, chosen(account, code.upper(), PASSWORD, ()))
    assert verify_password((await accounts.get("siti"))["password"], PASSWORD)
    assert await accounts.expected("siti") is None


@pytest.mark.anyio
async def test_a_code_ends_with_its_days_and_with_the_account(accounts: Accounts) -> None:
    await accounts.add("siti", ["officer"])
    for days, is_open in ((CODE_DAYS, True), (CODE_DAYS + 1, False)):
        later = replace(accounts, now=NOW + days * 86400)
        assert (await later.expected("siti") is not None) is is_open
    await accounts.set_disabled("siti", disabled=True)
    assert await accounts.expected("siti") is None
    assert await accounts.expected("nobody") is None
    assert await accounts.expected("../x") is None
    assert refused(None, "any code", PASSWORD) == "code.wrong"


@pytest.mark.anyio
async def test_who_lost_the_password_keeps_it_and_the_second_factor_until_a_new_one_is_chosen(
    accounts: Accounts,
) -> None:
    code = await accounts.add("siti", ["officer"])
    await accounts.keep_password(await accounts.get("siti"), chosen(await accounts.get("siti"), code, PASSWORD, ()))
    await accounts.staff.bulk_docs([await accounts.get("siti") | {"totp": {"secret": "x", "last": 0}}])
    code = await accounts.reset("siti")
    account = await accounts.get("siti")
    assert verify_password(account["password"], PASSWORD)
    await accounts.keep_password(account, chosen(account, code, "nasi goreng pakai telur", ()))
    account = await accounts.get("siti")
    assert not verify_password(account["password"], PASSWORD)
    assert account["totp"]
    await accounts.forget_second_factor("siti")
    assert not (await accounts.get("siti"))["totp"]


@pytest.mark.anyio
@pytest.mark.parametrize("login", ["", "Siti", "siti aminah", "../x", "a" * 33, "recovery", "command", "?", "siti@x"])
async def test_a_login_is_short_and_plain(accounts: Accounts, login: str) -> None:
    assert await refusal(accounts.add(login, ["officer"])) == ("login", "malformed")


@pytest.mark.anyio
async def test_what_cannot_be_is_refused_and_changes_nothing(accounts: Accounts) -> None:
    before = await accounts.all()
    assert await refusal(accounts.add("upik", ["officer"])) == ("login", "taken")
    for roles in ([], ["king"], ["officer", "king"], ["volunteer"]):
        assert await refusal(accounts.add("siti", roles)) == ("roles", "none")
    assert await refusal(accounts.set_roles("upik", ["head"])) == ("roles", "last-administrator")
    assert await refusal(accounts.set_disabled("upik", disabled=True)) == ("roles", "last-administrator")
    assert await refusal(accounts.reset("nobody")) == ("login", "unknown")
    assert await accounts.all() == before


@pytest.mark.anyio
async def test_an_administrator_who_is_shut_out_does_not_count(accounts: Accounts) -> None:
    await accounts.add("siti", ["administrator"])
    await accounts.set_disabled("upik", disabled=True)
    assert await refusal(accounts.set_roles("siti", ["officer"])) == ("roles", "last-administrator")
    await accounts.set_disabled("upik", disabled=False)
    await accounts.set_roles("siti", ["officer"])


@pytest.mark.anyio
async def test_two_changes_at_once_do_not_undo_each_other(accounts: Accounts) -> None:
    account = await accounts.get("upik")
    await accounts.set_roles("upik", ["administrator", "head"])
    assert await refusal(accounts.keep_password(account, "phc")) == ("login", "conflict")
    assert (await accounts.get("upik"))["roles"] == ["administrator", "head"]
