"""What the console asks about retention: which cases are due for erasure. `erasing_api` erases them."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from server.ndjson import JsonAnswer
from server.office import office_of

MOST = 500  # cases shown at once; what is left comes when these are done


async def list_due(request: Request) -> Response:
    """Answer `GET /staff/api/due`: the cases whose period is over, those that waited longest first, and the rules."""
    office = office_of(request)
    retention, now = office.settings.retention, office.clock()
    await office.projection.caught_up()
    due = retention.due(await office.projection.quiet(retention.quiet_before(now)), now)
    rules = {rule.name: {"period": rule.period, "basis": rule.basis} for rule in retention.rules.values()}
    content = {"rows": [asdict(row) for row in due[:MOST]], "total": len(due), "rules": rules}
    return JsonAnswer(content)
