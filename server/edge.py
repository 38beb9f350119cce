"""Applications without JavaScript: checked, sealed in memory, shown for review, and taken in only when confirmed.

Nothing is stored between the two posts: the review page carries the finished item, which opens with the office's key
or with the code shown beside it, and with nothing that the server has.

Templates: `form.html` (form, values and errors by field key, url), `review.html` (form, sections of `ReviewedSection`,
warnings, code, number, item) and `sent.html` (state: ok, kept, refused or unavailable; reason: a text; at; number;
code or None; item, to send again; service, once it is in).
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.case_status import standing
from server.edge_sealing import seal_answers
from server.exchange import intake_of
from server.forms.answers import is_alone
from server.forms.checklist import checklist
from server.forms.form_rows import CHANGE, change_rows, known_values
from server.forms.forms import Form
from server.forms.review import reviewed, row_label
from server.forms.rules import Finding, check, from_answers, to_answers
from server.intake import Ok, Outcome, Refused
from server.moments import day_start, local_day
from server.office import office_of
from server.origin import is_foreign
from server.packing import pack
from server.pages import render
from server.posted import read_posted
from server.promises import promised, promises_of
from server.tracking import NoSuchCase, code_error, keys_of, texts_of
from server.watch import case_versions
from sync.errors import CodeError, Unavailable
from sync.events import SENT
from sync.receipt_code import CodeKeys, new_code, parse_code, show_code, spoken_number

CORRECT = "correct_code"  # the field that takes the code of a case to correct
_STATUS = {"ok": 200, "kept": 202, "refused": 422, "unavailable": 503}


@dataclass(frozen=True)
class _Case:
    """The case that an application begins or corrects."""

    code: str = field(repr=False)
    keys: CodeKeys
    prev: Sequence[str]


async def apply(request: Request) -> Response:
    """Answer `POST /{lang}/apply/{service}`: the review page, or the form again with what is wrong."""
    office, texts, form = office_of(request), texts_of(request), _form(request)
    _refuse_foreign(request)
    values = _whole_dates(form, await read_posted(request))
    if wish := values.pop(CHANGE, ""):
        return _form_again(request, form, change_rows(form, values, wish), {}, status_code=200)
    today = local_day(office.clock(), office.settings.office.time_zone)
    findings = check(form, values, today=today, regions=office.regions)
    errors = {finding.field: _words(request, form, finding) for finding in findings.hard}
    try:
        case = await _case(request, form, values.get(CORRECT, "").strip(), wanted=not errors)
    except (CodeError, NoSuchCase) as error:
        errors[CORRECT] = code_error(request, error)
        case = None
    if case is None:
        return _form_again(request, form, values, errors)
    answers = to_answers(form, values, today=today)
    now = office.clock()
    # The hour would tell whose other things came then.
    at = day_start(now, office.settings.office.time_zone) if is_alone(form, answers, today=today) else now
    item = seal_answers(form, answers, keys=case.keys, prev=case.prev, key_list=office.key_list, at=at)
    page = render(
        request,
        "review.html",
        form=form,
        sections=reviewed(form, answers, texts, office.regions),
        brings=checklist(form, from_answers(form, answers), office.fees, today=today),
        warnings=[_words(request, form, finding) for finding in findings.soft],
        code=show_code(case.code),
        number=spoken_number(case.keys.case),
        item=item,
        promised=promises_of(office, form.service, from_answers(form, answers).get("kelas")),
    )
    return pack(request, page)


async def send(request: Request) -> Response:
    """Answer `POST /{lang}/send`: take the reviewed item in and show what became of it."""
    office, _ = office_of(request), texts_of(request)
    _refuse_foreign(request)
    fields = await read_posted(request)
    item = fields.get("item", "")
    outcome: Outcome | None = None
    with contextlib.suppress(Unavailable):  # the page carries the item on
        outcome = (await intake_of(office).take([item.encode()]))[0]
    return _sent(request, outcome, item=item, code=fields.get("code", ""))


def _whole_dates(form: Form, values: dict[str, str]) -> dict[str, str]:
    """Join the day, the month and the year that were asked for apart, in rows too; a date that came whole stays."""
    dates = {field.key for field in form.every_field if field.control == "date"}
    named = (name.removesuffix(".y") for name in values if name.endswith(".y"))
    return values | {
        name: "-".join(values.get(f"{name}{part}", "") for part in ("", ".m", ".y")).rstrip("-")
        for name in named
        if name.rpartition(".")[2] in dates
    }


def _sent(request: Request, outcome: Outcome | None, *, item: str, code: str) -> Response:
    office = office_of(request)
    state = "unavailable" if outcome is None else type(outcome).__name__.lower()
    reason = None
    if isinstance(outcome, Refused):
        reason = texts_of(request).text(f"refused.{outcome.reason}")
    at = outcome.receipt[0][6] if isinstance(outcome, Ok) else office.clock()
    is_complaint = isinstance(outcome, Ok) and outcome.id.startswith("cmp.")
    response = render(
        request,
        "sent.html",
        status_code=_STATUS[state],
        state=state,
        reason=reason,
        at=at,
        promise=promised(office, "complaint", SENT, at) if is_complaint else None,
        number=_number(outcome),
        code=_shown_code(code),
        item=item,
        service=json.loads(item)[0]["service"] if isinstance(outcome, Ok) else None,
    )
    if state == "unavailable":
        response.headers["Retry-After"] = str(Unavailable.retry_after)
    return pack(request, response)


def _number(outcome: Outcome | None) -> str | None:
    parts = [] if outcome is None or outcome.id is None else outcome.id.split(".")
    return spoken_number(parts[1]) if len(parts) == 3 else None


async def _case(request: Request, form: Form, typed: str, *, wanted: bool) -> _Case | None:
    if not typed and form.type != "message":
        code = new_code()
        # A new code is only derived for a form that is complete: it is the costly part.
        return _Case(code, await keys_of(request, code), []) if wanted else None
    keys = await keys_of(request, typed)
    versions = await case_versions(office_of(request).databases.cases, keys.case)
    if form.type == "message":
        # It is about whatever is under the code, and replaces nothing.
        stands, prev = any(version["type"] != "message" for version in versions), []
    else:
        prev = standing(versions, form.type)
        stands = bool(prev)
    if not stands:
        raise NoSuchCase
    return _Case(parse_code(typed), keys, prev) if wanted else None


def _form_again(
    request: Request, form: Form, values: dict[str, str], errors: dict[str, str], *, status_code: int = 422
) -> Response:
    values = known_values(form, values, CORRECT)
    url = request.scope["path"]
    page = render(request, "form.html", status_code=status_code, form=form, values=values, errors=errors, url=url)
    return pack(request, page)


def _words(request: Request, form: Form, finding: Finding) -> str:
    texts = texts_of(request)
    field = form.field(finding.field)
    key, _, rest = finding.field.partition(".")
    label = row_label(form.field(key), int(rest.split(".")[0]) + 1, field, texts) if rest else texts.text(field.label)
    return texts.text(finding.message, field=label, **finding.params)


def _form(request: Request) -> Form:
    service = request.path_params["service"]
    forms = office_of(request).forms
    if service not in forms.services or forms.latest(service).type == "survey":
        raise HTTPException(404)
    return forms.latest(service)


def _refuse_foreign(request: Request) -> None:
    if is_foreign(request, office_of(request).settings.origin):
        raise HTTPException(403)


def _shown_code(typed: str) -> str | None:
    try:
        return show_code(parse_code(typed))
    except CodeError:
        return None
