"""One-time codes are those of RFC 6238, count once, and only about now."""

import pytest

from server.staff import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    assert totp.code_at(SECRET, at // totp.STEP) == code
    assert totp.matching_step(SECRET, code, now=at) == at // totp.STEP


def test_a_code_counts_once_and_for_a_clock_half_a_minute_off() -> None:
    now = 1_795_564_800
    code = totp.code_at(SECRET, now // totp.STEP)
    step = totp.matching_step(SECRET, f"{code[:3]} {code[3:]}", now=now + totp.STEP)
    assert step == now // totp.STEP
    assert totp.matching_step(SECRET, code, now=now, after=step) is None
    assert totp.matching_step(SECRET, code, now=now + 3 * totp.STEP) is None
    assert totp.matching_step(SECRET, "12345é", now=now) is None


def test_a_secret_is_written_for_apps() -> None:
    assert totp.in_base32(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    uri = totp.uri_of(SECRET, login="upik", office="Kantor Imigrasi")
    assert uri.startswith("otpauth://totp/Kantor%20Imigrasi%3Aupik?secret=GEZDGNBV")
