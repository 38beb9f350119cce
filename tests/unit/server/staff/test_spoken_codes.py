"""Codes of words are random, are compared however they are typed, and are stored salted."""

from server.staff.spoken_codes import hash_code, is_code, new_code, new_salt


def test_a_code_is_as_many_words_as_asked_for() -> None:
    codes = {new_code(6) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code.split()) == 6 for code in codes)


def test_it_is_compared_without_spaces_dashes_and_capitals() -> None:
    code, salt = new_code(4), new_salt()
    hashed = hash_code(code, salt)
    assert is_code(hashed, code.upper().replace(" ", "-"), salt)
    assert not is_code(hashed, new_code(4), salt)
    assert not is_code(hashed, code, new_salt())
