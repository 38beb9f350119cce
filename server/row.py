"""One thing that can be asked: path, method, name, who answers, and how long a body may be."""

from dataclasses import dataclass
from typing import Literal

from server.handler import Handler

NONE = 0  # bytes: reading has no body


@dataclass(frozen=True)
class Row:
    """One thing that can be asked; its name says in the table of rights who may."""

    path: str
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    name: str
    endpoint: Handler
    body_limit: int = NONE
