"""A phone that sends sealed photographs by tus: what it seals, names and asks."""

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.uploads.tus import CHUNK_TYPE
from sync.canonical import b32_encode
from sync.cipher import OVERHEAD
from sync.padding import padded_length
from tests.asgi import Answer, Client

TUS = {"tus-resumable": "1.0.0"}


def sealed_bytes(size: int = 70_000) -> bytes:
    """Give what a sealed photograph of about *size* bytes looks like from outside."""
    return os.urandom(padded_length(size) + OVERHEAD)


def digest_of(sealed: bytes) -> str:
    """Name a sealed file."""
    return b32_encode(hashlib.sha256(sealed).digest())


def metadata(**values: str) -> str:
    """Write `Upload-Metadata`."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def checksum(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    """Write `Upload-Checksum`."""
    return {"upload-checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"}


def receipt_in(answer: Answer) -> Any:
    """Read the receipt of an answer."""
    return json.loads(answer.headers["rantau-receipt"])


@dataclass
class Phone:
    """Uploads for one version."""

    client: Client
    version: str

    async def begin(self, sealed: bytes, **named: Any) -> Answer:
        """Ask for an upload, of another version, digest or length where *named*."""
        given = {"version": self.version, "digest": digest_of(sealed), "length": len(sealed)} | named
        headers = {"upload-length": str(given.pop("length")), "upload-metadata": metadata(**given)}
        return await self.client.request("POST", "/blobs/", headers=TUS | headers)

    async def add(
        self,
        digest: str,
        offset: int,
        data: bytes | Sequence[bytes],
        *,
        headers: Mapping[str, str] | None = None,
        cut: bool = False,
        silent: asyncio.Event | None = None,
    ) -> Answer:
        """Send bytes at *offset*, in pieces where they are given so; *silent*: as a client does it."""
        body = [data] if isinstance(data, bytes) else data
        own = TUS | {"content-type": CHUNK_TYPE, "upload-offset": str(offset)}
        return await self.client.request(
            "PATCH", self.url(digest), headers=own | dict(headers or {}), body=body, cut=cut, silent=silent
        )

    async def ask(self, digest: str) -> Answer:
        """Ask how far an upload is."""
        return await self.client.request("HEAD", self.url(digest), headers=TUS)

    async def send(self, sealed: bytes) -> Answer:
        """Send all of a file."""
        assert (await self.begin(sealed)).status == 201
        return await self.add(digest_of(sealed), 0, sealed)

    def url(self, digest: str) -> str:
        """Give an upload's address."""
        return f"/blobs/{self.version}/{digest}"
