"""A password is compared, never stored; without an account the answer is no, and takes as long; bad ones are named."""

import pytest

from server.staff.passwords import hash_password, verify_password, weakness_of

KNOWN = ("siti", "Kantor Imigrasi Kelas II Agam")


def test_a_password_fits_its_hash_and_no_other() -> None:
    phc = hash_password("nagari jauh di mato")
    assert phc.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert verify_password(phc, "nagari jauh di mato")
    assert not verify_password(phc, "nagari jauh di mata")


def test_nobody_has_no_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "x")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("sebelas kar", "short"),
        ("x" * 1025, "long"),
        ("password1234", "common"),
        ("Kata-Sandi-2026", "common"),
        ("KataSandi!2026", "common"),
        ("siti siti siti", "common"),
        ("Imigrasi-Agam-2026!", "common"),
        ("qwertyuiop123", "common"),
        ("081234567890", "common"),
        ("aaaabbbbcccc", "common"),
        ("manchesterunited", "common"),
        ("1qaz2wsx3edc", "common"),
        ("alexander1234", "common"),
        ("bukit awan kursi lampu", None),
        ("nasi goreng pakai telur", None),
        ("8f#kd92!xQz7", None),
        ("密碼密碼密碼密碼密碼密碼", "common"),
    ],
)
def test_what_is_guessed_first_is_refused_and_nothing_else(password: str, weakness: str | None) -> None:
    assert weakness_of(password, KNOWN) == weakness
