"""A password is compared, never stored; without an account the answer is no, and takes as long."""

from server.passwords import hash_password, verify_password


def test_a_password_fits_its_hash_and_no_other() -> None:
    phc = hash_password("nagari jauh di mato")
    assert phc.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert verify_password(phc, "nagari jauh di mato")
    assert not verify_password(phc, "nagari jauh di mata")


def test_nobody_has_no_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "x")
