"""Staff accounts: who they are, what they may do, and how they get in the first time or after losing a password.

Nobody else ever knows a password: whoever makes an account hands over a code that counts once and for three days, and
with it the person chooses one. Accounts are disabled, never deleted: the audit names them.
"""

import hmac
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from server.passwords import hash_password
from server.rights import ROLES
from sync.canonical import b64u_encode, sha256
from sync.document import Doc
from sync.errors import NotFound
from sync.speakable import speakable
from sync.store import Store

STAFF_ROLES = ("administrator", "head", "officer", "desk")
SHORTEST = 12  # characters of a password
LONGEST = 1024
CODE_DAYS = 3
_CODE_WORDS = 6  # 72 bits
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_RESERVED = frozenset({"recovery", "command", "?"})
# What people choose when they must choose something: the guesses of the first minute.
_COMMON = frozenset({"password", "passw0rd", "katasandi", "kata sandi", "sandi", "qwerty", "rahasia", "indonesia", "imigrasi", "admin", "bismillah", "sayang", "pasaman"})  # fmt: skip  # noqa: E501


class AccountError(Exception):
    """Nothing was changed; `field` and `reason` name the text that says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Accounts:
    """The accounts in a staff database; *now* is in seconds."""

    staff: Store
    now: int

    async def all(self) -> list[Doc]:
        """Give every account, by login."""
        rows = await self.staff.all_docs(start="user.", end="user/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def get(self, login: str) -> Doc:
        """Give one account.

        Raises:
            AccountError: there is none.
        """
        try:
            return await self.staff.get(f"user.{login}")
        except NotFound:
            raise AccountError("login", "unknown") from None

    async def add(self, login: str, roles: Iterable[str], *, lang: str = "id") -> str:
        """Make an account and give the code with which its person chooses a password.

        Raises:
            AccountError: the login is taken or cannot be one, or the roles are none.
        """
        if not _LOGIN.fullmatch(login) or login in _RESERVED:
            raise AccountError("login", "malformed")
        code = new_setup_code()
        account = {
            "_id": f"user.{login}",
            "type": "user",
            "login": login,
            "roles": _checked(roles),
            "lang": lang,
            "password": None,
            "setup": self._setup(code),
        }
        await self._write(account, taken=AccountError("login", "taken"))
        return code

    async def reset(self, login: str) -> str:
        """Give a new code for somebody who lost the password; the old password goes on until the code is used."""
        account, code = await self.get(login), new_setup_code()
        await self._write(account | {"setup": self._setup(code)})
        return code

    async def choose_password(self, login: str, code: str, password: str) -> None:
        """Set the password that the holder of a code chose.

        Raises:
            AccountError: the code is not this login's, or the password is not good enough.
        """
        try:
            account = await self.get(login)
        except AccountError:
            raise AccountError("code", "wrong") from None
        setup = account.get("setup")
        if setup is None or account.get("disabled") or self.now > setup["until"]:
            raise AccountError("code", "wrong")
        if not hmac.compare_digest(setup["hash"], _hash(code)):
            raise AccountError("code", "wrong")
        check_password(password, login)
        await self._write(account | {"password": hash_password(password), "setup": None})

    async def set_roles(self, login: str, roles: Iterable[str]) -> None:
        """Change what somebody may do.

        Raises:
            AccountError: nobody would be administrator any more.
        """
        account = await self.get(login) | {"roles": _checked(roles)}
        await self._keep_an_administrator(account)
        await self._write(account)

    async def set_disabled(self, login: str, *, disabled: bool) -> None:
        """Shut an account, with its sessions, or open it again.

        Raises:
            AccountError: nobody would be administrator any more.
        """
        account = await self.get(login) | {"disabled": disabled}
        await self._keep_an_administrator(account)
        await self._write(account)

    async def forget_second_factor(self, login: str) -> None:
        """Let somebody who lost phone and codes set up others at the next sign-in; proved in person."""
        await self._write(await self.get(login) | {"totp": None, "recovery_codes": [], "passkeys": []})

    async def _keep_an_administrator(self, changed: Doc) -> None:
        after = [changed if user["login"] == changed["login"] else user for user in await self.all()]
        if not any("administrator" in user["roles"] and not user.get("disabled") for user in after):
            raise AccountError("roles", "last-administrator")

    async def _write(self, account: Doc, *, taken: AccountError | None = None) -> None:
        [row] = await self.staff.bulk_docs([account])
        if row.error:
            raise taken or AccountError("login", "conflict")

    def _setup(self, code: str) -> dict[str, Any]:
        return {"hash": _hash(code), "until": self.now + CODE_DAYS * 86400}


def check_password(password: str, login: str, words: Sequence[str] = ()) -> None:
    """Refuse what is guessed first.

    Raises:
        AccountError: too short or long, common, or made of the login.
    """
    text = password.lower()
    if len(password) < SHORTEST:
        raise AccountError("password", "short")
    if len(password) > LONGEST:
        raise AccountError("password", "long")
    bare = re.sub(r"[\W\d_]+", " ", text).strip()
    if bare in _COMMON | {login, ""} or len(set(text)) < 5 or any(bare == word.lower() for word in words):
        raise AccountError("password", "common")


def new_setup_code() -> str:
    """Make a code that can be read aloud: six words."""
    return speakable(os.urandom(_CODE_WORDS * 12 // 8), _CODE_WORDS)


def _checked(roles: Iterable[str]) -> list[str]:
    chosen = [role for role in STAFF_ROLES if role in set(roles)]
    if not chosen or set(roles) - set(ROLES):
        raise AccountError("roles", "none")
    return chosen


def _hash(code: str) -> str:
    return b64u_encode(sha256(re.sub(r"[\s-]", "", code).lower().encode()))
