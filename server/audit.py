"""What officers do, written down one document a deed, without a word about the applicant."""

import os
from collections.abc import Mapping

from sync.canonical import b32_encode
from sync.store import Store


async def write_audit(
    staff: Store, deed: str, *, who: str, at: int, about: Mapping[str, str | int] | None = None
) -> None:
    """Write that *who* did *deed*; `about` holds ids and numbers only."""
    entry = {"_id": f"audit.{at:012d}.{b32_encode(os.urandom(5))}", "type": "audit", "deed": deed, "who": who, "at": at}
    await staff.bulk_docs([entry | dict(about or {})])
