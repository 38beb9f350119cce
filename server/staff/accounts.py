"""Staff accounts: who they are, what they may do, and how they get in the first time or after losing a password.

Nobody else ever knows a password: whoever makes an account hands over a code that counts once and for three days, and
with it the person chooses one. Accounts are disabled, never deleted: the audit names them.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from server.erasure.deletion import forget_replaced
from server.once import new_name
from server.rights import ROLES
from server.staff.passwords import hash_password, weakness_of
from server.staff.second_factor import without_second_factor
from server.staff.spoken_codes import code_of, hash_code, is_code, new_salt
from server.told import Told
from sync.document import Doc, is_id
from sync.errors import NotFound
from sync.store import Store

STAFF_ROLES = ("administrator", "head", "officer", "desk")
CODE_DAYS = 3
_CODE_WORDS = 6  # 72 bits
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_RESERVED = frozenset({"recovery", "command", "?"})
Record = Callable[[str, str], Awaitable[None]]  # writes deed and login into the audit

_NOBODY = {"hash": "", "salt": "A" * 22}


class AccountError(Told):
    """Nothing was changed; `field` and `reason` name the text that says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Accounts:
    """The accounts in a staff database; *now* is in seconds. What is so already is written and recorded no more.

    Attributes:
        record: what every change is recorded with before it is made; None where whoever calls has done that.
    """

    staff: Store
    now: int
    record: Record | None = None

    async def all(self) -> list[Doc]:
        """Give every account, by login."""
        rows = await self.staff.all_docs(start="user.", end="user/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def get(self, login: str) -> Doc:
        """Give one account.

        Raises:
            AccountError: there is none.
        """
        account = await self._find(login)
        if account is None:
            raise AccountError("login", "unknown")
        return account

    async def add(self, login: str, roles: Iterable[str], *, lang: str = "id", once: str | None = None) -> str:
        """Make an account and give the code with which its person chooses a password.

        Args:
            once: of the form that asks; the same form that says the same gets the same code again.

        Raises:
            AccountError: the login is taken or cannot be one, or the roles are none.
        """
        if not is_login(login):
            raise AccountError("login", "malformed")
        code = code_of(once or new_name(), _CODE_WORDS, "add", login, *roles)
        account = {
            "_id": f"user.{login}",
            "type": "user",
            "login": login,
            "roles": _checked(roles),
            "lang": lang,
            "password": None,
            "setup": self._setup(code),
        }
        standing = await self._find(login)
        if standing is None:
            await self._write(account, "account-added")
        elif not _waits_for(standing, code):
            raise AccountError("login", "taken")
        return code

    async def reset(self, login: str, *, once: str | None = None) -> str:
        """Give a new code for somebody who lost the password; the old password goes on until the code is used.

        Args:
            once: as for `add`, until the code was used.
        """
        account = await self.get(login)
        code = code_of(once or new_name(), _CODE_WORDS, "reset", login, account["password"] or "")
        if not _waits_for(account, code):
            await self._write(account | {"setup": self._setup(code)}, "account-reset")
        return code

    async def expected(self, login: str) -> Doc | None:
        """Give the account of somebody who may choose a password now, with a code."""
        try:
            account = await self.get(login)
        except AccountError:
            return None
        if account.get("disabled") or not account.get("setup"):
            return None
        return None if self.now > account["setup"]["until"] else account

    async def keep_password(self, account: Doc, phc: str) -> None:
        """Write a password that was chosen; a code for choosing one counts no more.

        Raises:
            AccountError: the account was changed meanwhile.
        """
        await self._write(account | {"password": phc, "setup": None}, "password-chosen")
        await forget_replaced(self.staff)  # people keep old passwords elsewhere

    async def set_roles(self, login: str, roles: Iterable[str]) -> bool:
        """Change what somebody may do; say whether it was another thing before.

        Raises:
            AccountError: nobody would be administrator any more.
        """
        account = await self.get(login)
        changed = account | {"roles": _checked(roles)}
        if changed == account:
            return False
        await self._keep_an_administrator(changed)
        await self._write(changed, "account-roles")
        return True

    async def set_disabled(self, login: str, *, disabled: bool) -> bool:
        """Shut an account, with its sessions, or open it again; say whether it was not so before.

        Raises:
            AccountError: nobody would be administrator any more.
        """
        account = await self.get(login)
        if bool(account.get("disabled")) == disabled:
            return False
        changed = account | {"disabled": disabled}
        await self._keep_an_administrator(changed)
        await self._write(changed, "account-disabled" if disabled else "account-enabled")
        return True

    async def forget_second_factor(self, login: str) -> bool:
        """Let somebody who lost phone and codes set up others at the next sign-in; proved in person.

        Returns:
            Whether there was any.
        """
        account, nothing = await self.get(login), without_second_factor()
        had_one = any(account.get(name) for name in nothing)
        if had_one:
            await self._write(account | nothing, "second-factor-reset")
        await forget_replaced(self.staff)  # the app that was lost still has the old secret
        return had_one

    async def _keep_an_administrator(self, changed: Doc) -> None:
        after = [changed if user["login"] == changed["login"] else user for user in await self.all()]
        if not any("administrator" in user["roles"] and not user.get("disabled") for user in after):
            raise AccountError("roles", "last-administrator")

    async def _find(self, login: str) -> Doc | None:
        try:
            return await self.staff.get(f"user.{login}") if is_id(f"user.{login}") else None
        except NotFound:
            return None

    async def _write(self, account: Doc, deed: str) -> None:
        # What cannot be recorded does not happen.
        if self.record is not None:
            await self.record(deed, account["login"])
        [row] = await self.staff.bulk_docs([account])
        if row.error:
            raise AccountError("login", "conflict")

    def _setup(self, code: str) -> dict[str, Any]:
        salt = new_salt()
        return {"hash": hash_code(code, salt), "salt": salt, "until": self.now + CODE_DAYS * 86400}


def is_login(text: str) -> bool:
    """Say whether *text* may name somebody."""
    return _LOGIN.fullmatch(text) is not None and text not in _RESERVED


def _waits_for(account: Doc, code: str) -> bool:
    """Say whether this is the code with which somebody chooses a password."""
    setup: Doc | None = account.get("setup")
    return setup is not None and is_code(setup["hash"], code, setup["salt"])


def chosen(account: Doc | None, code: str, password: str, known: Sequence[str]) -> str:
    """Hash, slowly, the password that the holder of a code chose; without an account it takes as long.

    Raises:
        AccountError: the code is not this account's, or the password is not good enough.
    """
    setup = account["setup"] if account else _NOBODY
    if not is_code(setup["hash"], code, setup["salt"]) or account is None:
        raise AccountError("code", "wrong")
    return good_password(password, (account["login"], *known))


def good_password(password: str, known: Sequence[str]) -> str:
    """Hash a password, slowly, if nobody guesses it at once.

    Raises:
        AccountError: it is not good enough.
    """
    weakness = weakness_of(password, known)
    if weakness:
        raise AccountError("password", weakness)
    return hash_password(password)


def _checked(roles: Iterable[str]) -> list[str]:
    chosen = [role for role in STAFF_ROLES if role in set(roles)]
    if not chosen or set(roles) - set(ROLES):
        raise AccountError("roles", "none")
    return chosen
