"""The cases of a rehearsal as they are sent and stored: sealed items and signed steps, made of the office's plan."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from server.content import Content
from server.forms.answers import to_answers
from server.rehearsal.made_up_people import Cast
from sync.canonical import b64u_encode, h16
from sync.document import Doc
from sync.events import claimant_of, seal_note, sign_event
from sync.key_pair import KeyPair
from sync.keyring import KeyList
from sync.receipt_code import CodeKeys, case_of
from sync.seal import open_wrap_as_holder, seal_version
from sync.shape import v_of

DAY = 86400  # seconds
_APART = 420  # seconds between what several people did on one day
_LOOKED = 400  # days in which a working day is looked for

Pair = tuple[Doc, dict[str, str]]


@dataclass(frozen=True)
class Rehearsed:
    """One case: its sealed items, as lines of an exchange, and the office's steps of it.

    Attributes:
        comes_today: it has an appointment for today.
    """

    case: str
    lines: tuple[bytes, ...]
    steps: tuple[Doc, ...]
    comes_today: bool


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes the cases of a plan; `kid` and `office_key` sign the steps, `now` is Unix seconds."""

    cast: Cast
    content: Content
    key_list: KeyList
    kid: str
    office_key: KeyPair = field(repr=False)
    now: int

    def cases(self) -> Iterator[Rehearsed]:
        """Make every case of the plan.

        Raises:
            RehearsalError: an answer keeps no rule of its form.
        """
        n, person = 0, -1
        for plan in self.cast.plan.get("case", ()):
            for _ in range(plan.get("people", 1)):
                person += not plan.get("again", False)
                yield self._case(plan, n, person)
                n += 1

    def _case(self, plan: Mapping[str, Any], n: int, person: int) -> Rehearsed:
        keys = _code_keys(f"{self.cast.seed}.{n}")
        sent = plan["sent"] if "sent" in plan else self._ago(plan["working_days"])
        answers = plan.get("answers", {})
        service = plan["service"]
        first = self._seal(keys, service, person, answers, at=self._at(sent, n))
        pairs = [first]
        if corrected := plan.get("corrected"):
            at, told = self._at(corrected["ago"], n), answers | corrected["answers"]
            pairs.append(self._seal(keys, service, person, told, at=at, prev=[v_of(first[0])]))
        if message := plan.get("message"):
            pairs.append(self._seal(keys, "message", person, message["answers"], at=self._at(message["ago"], n)))
        steps = [
            self._step(keys, first, at, one, moment=self._at(one["ago"], n) + at)
            for at, one in enumerate(plan.get("steps", ()), 1)
        ]
        lines = tuple(json.dumps(pair).encode() for pair in pairs)
        return Rehearsed(keys.case, lines, tuple(steps), plan.get("today", False))

    def _seal(
        self,
        keys: CodeKeys,
        service: str,
        person: int,
        answers: Mapping[str, str],
        *,
        at: int,
        prev: Sequence[str] = (),
    ) -> Pair:
        form, to = self.content.forms.latest(service), self.key_list.primary("seal")
        typed = self.cast.typed(form, person, **answers)
        return seal_version(
            type=form.type, code_keys=keys, service=service, form=form.name, at=at, channel="app", device=None,
            area=next((typed[one.key] for one in form.fields if one.clear and one.control == "region"), None),
            wish=[], prev=prev, groups={form.groups[0]: to_answers(form, typed, today=self.cast.today)},
            recipients=[(to.kid, to.pub)],
        )  # fmt: skip

    def _step(self, keys: CodeKeys, first: Pair, n: int, step: Mapping[str, Any], *, moment: int) -> Doc:
        version, wrap = first
        dek = open_wrap_as_holder(version, wrap, keys.open)
        note = seal_note(step["note"], dek, keys.case, n) if "note" in step else None
        event = sign_event(
            case=keys.case, n=n, step=step["step"], at=moment, on=[v_of(version)], note=note, kid=self.kid,
            private=self.office_key,
        )  # fmt: skip
        return event | {"claim": ["taken", claimant_of(event), moment]}

    def _ago(self, working_days: int) -> int:
        """Count the days since which whatever takes so many working days has to be done today."""
        after, today = self.content.working_days.after, self.cast.today
        found = (ago for ago in range(_LOOKED) if after(today - timedelta(ago), working_days) <= today)
        return next(found, _LOOKED)

    def _at(self, ago: int, n: int) -> int:
        return self.now - ago * DAY - _APART * (n % 20) - _APART


def _code_keys(seed: str) -> CodeKeys:
    """Invent what a receipt code would give: deriving dozens, slow on purpose, would keep whoever starts waiting."""
    read, sign, opens = (
        hashlib.sha256(f"rehearsal.{seed}.{name}".encode()).digest() for name in ("read", "sign", "open")
    )
    case = case_of(h16(read[:16]), h16(sign[:16]))
    return CodeKeys(case, opens, read[:16], sign[:16], b64u_encode(read[:16] + h16(sign[:16])))
