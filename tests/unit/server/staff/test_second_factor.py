"""A code of the app or of the paper counts once, and what is stored of the paper tells no code."""

from server.staff import totp
from server.staff.second_factor import (
    check_code,
    has_second_factor,
    new_recovery_codes,
    recovery_codes_left,
    same_recovery_codes,
    with_app,
    without_second_factor,
)
from tests.sealed_items import NOW

SECRET = bytes(range(20))
FORM = "abcdefghijklmnop"


def code_at(now: int) -> str:
    return totp.code_at(SECRET, now // totp.STEP)


def test_an_app_is_set_up_by_who_has_its_secret_and_each_code_counts_once() -> None:
    assert with_app(SECRET, "000000", now=NOW) is None
    account = with_app(SECRET, code_at(NOW), now=NOW)
    assert account is not None
    assert has_second_factor(account)
    assert check_code(account, code_at(NOW), now=NOW) is None, "setting up used it"
    later = NOW + totp.STEP
    used = check_code(account, code_at(later), now=later)
    assert used is not None
    assert check_code(account | used, code_at(later), now=later) is None
    assert check_code(account | used, code_at(NOW), now=later) is None, "an earlier one does not come after a later"


def test_a_code_on_paper_counts_once_however_it_is_typed() -> None:
    codes, account = new_recovery_codes(FORM)
    assert same_recovery_codes(account, FORM) == codes, "a form that is sent twice"
    assert same_recovery_codes(account, FORM[::-1]) is None
    assert (len(set(codes)), recovery_codes_left(account)) == (10, 10)
    assert all(code not in str(account) for code in codes)
    used = check_code(account, f" {codes[3].upper().replace(' ', '-')} ", now=NOW)
    assert used is not None
    account |= used
    assert recovery_codes_left(account) == 9
    assert same_recovery_codes(account, FORM) is None
    assert check_code(account, codes[3], now=NOW) is None
    assert check_code(account, codes[4], now=NOW) is not None


def test_the_same_codes_are_stored_differently_each_time() -> None:
    _, one = new_recovery_codes(FORM)
    _, other = new_recovery_codes(FORM)
    assert one["recovery"]["salt"] != other["recovery"]["salt"]


def test_nothing_is_no_code() -> None:
    for account in ({}, without_second_factor(), new_recovery_codes(FORM)[1]):
        for typed in ("", "  ", "0" * 9999):
            assert check_code(account, typed, now=NOW) is None
