"""What an administrator may set: one frozen object, built once from the environment and `content/office.toml`."""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.erasure.retention import Retention, read_retention
from server.told import Told

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "RANTAU_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
T = TypeVar("T")


class SettingsError(Told):
    """A setting is wrong; the message names it and the reason."""


class Setting(NamedTuple):
    """One row of the table in the README."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("RANTAU_DATA", "data", "folder of the embedded store, the server's key and the lists made from them"),
    Setting("RANTAU_CONTENT", "content", "folder of what the office edits: `office.toml`, forms, guides, texts"),
    Setting("RANTAU_HOST", "127.0.0.1", "address to listen on"),
    Setting("RANTAU_PORT", "8000", "port to listen on"),
    Setting("RANTAU_ORIGIN", "http://localhost:<port>", "what people type, e.g. `https://rantau.example.go.id`"),
    Setting("RANTAU_TLS_CERT", "", "certificate chain (PEM), to serve HTTPS without a proxy"),
    Setting("RANTAU_TLS_KEY", "", "private key of that certificate (PEM)"),
    Setting("RANTAU_PROXY", "", "addresses of the proxy whose `X-Forwarded-For` is believed, with commas between"),
    Setting("RANTAU_COUCHDB", "", "URL of a CouchDB with user and password, or `@` and a file that holds it; empty: embedded store"),  # noqa: E501
    Setting("RANTAU_COUCHDB_PREFIX", "rantau-", "what the names of our databases begin with in that CouchDB"),
    Setting("RANTAU_POSTS_PER_SECOND", "20", "anonymous posts a second from one address before they are slowed, never refused; 0: no limit"),  # noqa: E501
    Setting("RANTAU_SECOND_FACTOR", "required", "whether staff must prove more than a password: `required` or `optional`; a demo office does not ask"),  # noqa: E501
    Setting("RANTAU_ROLE", "office", "what this server is: `office`, or `hub`, which takes in for an office and relays to it"),  # noqa: E501
    Setting("RANTAU_UPSTREAM", "", "of a hub: the office's origin, e.g. `https://rantau.example.go.id`; empty: the one it joined"),  # noqa: E501
    Setting("RANTAU_LOG", "warning", "how much the server says: `debug`, `info`, `warning` or `error`"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfficeProfile:
    """What the office says of itself, by language where people read it in theirs."""

    name: str
    official: bool
    kind: str  # "class" in the file
    parent: str
    time_zone: str
    phone: str
    email: str
    address: Mapping[str, str]
    hours: Mapping[str, str]
    confirmed: str = ""  # by which letter the status is confirmed
    checked: date | None = None


@dataclass(frozen=True)
class Licence:
    """Under which others use the open data again: its name in the SPDX list, and where its text stands."""

    name: str = "CC-BY-4.0"
    url: str = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that is set, checked."""

    data: Path
    content: Path
    host: str
    port: int
    origin: str
    tls_cert: Path | None
    tls_key: Path | None
    proxies: tuple[Network, ...]
    couchdb: str = field(repr=False)  # it holds a password
    couchdb_prefix: str
    posts_per_second: float
    second_factor: str
    role: str
    upstream: str
    log: str
    office: OfficeProfile
    retention: Retention
    licence: Licence

    @property
    def is_https(self) -> bool:
        """Say whether people reach us over HTTPS."""
        return self.origin.startswith("https:")

    @property
    def hosts(self) -> frozenset[str]:
        """Name the hosts by which requests may ask for us."""
        host = urlsplit(self.origin).hostname or ""
        local = {"localhost", "127.0.0.1", "[::1]"}
        return frozenset(local | {host} if host in local else {host})


def load_settings(environ: Mapping[str, str], office_toml: Path | None = None) -> Settings:
    """Read every setting; unknown `RANTAU_` names are errors, because they are slips.

    Raises:
        SettingsError: the first that is wrong.
    """
    _refuse_unknown(environ)
    values = {row.name: environ.get(row.name, "").strip() for row in SETTINGS}
    port = _read(values, "PORT", _whole, "8000")
    cert, key = _read(values, "TLS_CERT", _file, ""), _read(values, "TLS_KEY", _file, "")
    if bool(cert) != bool(key):
        raise SettingsError("RANTAU_TLS_CERT and RANTAU_TLS_KEY: both or neither")
    if values["RANTAU_ROLE"] == "hub" and values["RANTAU_COUCHDB"]:
        raise SettingsError("RANTAU_COUCHDB: a hub keeps everything in its own data folder; leave it empty")
    content = Path(values["RANTAU_CONTENT"] or ROOT / "content")
    return Settings(
        data=Path(values["RANTAU_DATA"] or "data"),
        content=content,
        host=values["RANTAU_HOST"] or "127.0.0.1",
        port=port,
        origin=_read(values, "ORIGIN", _origin, f"{'https' if cert else 'http'}://localhost:{port}"),
        tls_cert=cert,
        tls_key=key,
        proxies=_read(values, "PROXY", _networks, ""),
        couchdb=_read(values, "COUCHDB", _couchdb, ""),
        couchdb_prefix=values["RANTAU_COUCHDB_PREFIX"] or "rantau-",
        posts_per_second=_read(values, "POSTS_PER_SECOND", _number, "20"),
        second_factor=_read(values, "SECOND_FACTOR", _one_of("required", "optional"), "required"),
        role=_read(values, "ROLE", _one_of("office", "hub"), "office"),
        upstream=_read(values, "UPSTREAM", _origin_or_none, ""),
        log=_read(values, "LOG", _one_of("debug", "info", "warning", "error"), "warning"),
        office=load_profile(office_toml or content / "office.toml"),
        retention=load_retention(office_toml or content / "office.toml"),
        licence=load_licence(office_toml or content / "office.toml"),
    )


def load_profile(path: Path) -> OfficeProfile:
    """Read what `office.toml` says of the office.

    Raises:
        SettingsError: the file is not there, or lacks a value.
    """
    with _named(path):
        office = tomllib.loads(path.read_text(encoding="utf-8"))["office"]
        return OfficeProfile(
            name=str(office["name"]),
            official=office["official"] is True,
            kind=str(office["class"]),
            parent=str(office["parent"]),
            time_zone=ZoneInfo(str(office["time_zone"])).key,
            phone=str(office["phone"]),
            email=str(office["email"]),
            address=dict(office["address"]),
            hours=dict(office["hours"]),
        )


def load_retention(path: Path) -> Retention:
    """Read how long what is kept from `office.toml`.

    Raises:
        SettingsError: the file is not there, or a rule is wrong; the message names its field.
    """
    with _named(path):
        return read_retention(tomllib.loads(path.read_text(encoding="utf-8")).get("retention", {}))


def load_licence(path: Path) -> Licence:
    """Read under which licence the open data is from `office.toml`, both values of it or none.

    Raises:
        SettingsError: the file is not there, or a value is missing or wrong.
    """
    with _named(path):
        told = tomllib.loads(path.read_text(encoding="utf-8")).get("open_data")
        if told is None:
            return Licence()
        name, url = str(told["licence"]), str(told["licence_url"])
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]{1,39}", name):
            raise ValueError("licence is a name such as CC-BY-4.0")
        if not re.fullmatch(r"https://[!-;=?-~]{4,200}", url):
            raise ValueError("licence_url is an address such as https://creativecommons.org/licenses/by/4.0/")
        return Licence(name, url)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except ZoneInfoNotFoundError as error:
        raise SettingsError(f"{path}: time_zone: {error.args[0]}") from None
    except KeyError as error:
        raise SettingsError(f"{path}: {error.args[0]} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from None


def settings_table() -> str:
    """Write the table of settings that stands in the README between its two markers."""
    rows = [f"| `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.help} |" for row in SETTINGS]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {row.name for row in SETTINGS}
    for name in sorted(environ):
        # RANTAU_TEST_… is for the tests alone.
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}TEST_"):
            raise SettingsError(f"{name}: there is no such setting")


def _read(values: Mapping[str, str], name: str, reader: Callable[[str], T], default: str) -> T:
    try:
        return reader(values[PREFIX + name] or default)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name}: {error}") from None


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 65535:
        raise ValueError("a whole number from 1 to 65535")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1e6:
        raise ValueError("a number from 0")
    return number


def _origin(text: str) -> str:
    parts = urlsplit(text) if is_url(text) else None
    if parts is None or text != f"{parts.scheme}://{parts.netloc}" or "@" in text or text.endswith(":"):
        raise ValueError("such as https://rantau.example.go.id, without a path")
    return text.lower()


def is_url(text: str) -> bool:
    """Say whether it names a host, and a port that there is, over HTTP."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _origin_or_none(text: str) -> str:
    return _origin(text) if text else ""


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _file(text: str) -> Path | None:
    if text and not Path(text).is_file():
        raise ValueError(f"{text} is not a file")
    return Path(text) if text else None


def _couchdb(text: str) -> str:
    path = _file(text[1:]) if text.startswith("@") else None
    try:
        url = path.read_text(encoding="utf-8").strip() if path else text
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if text and not is_url(url):  # whatever else it says may be a password
        raise ValueError("the URL of a CouchDB, such as http://user:password@127.0.0.1:5984, or @ and a file of it")
    return url


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{', '.join(words[:-1])} or {words[-1]}")
        return text

    return read
