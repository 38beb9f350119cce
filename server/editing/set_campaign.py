"""The survey's yearly campaign as officers set it: an edit of the kind `campaign`, whose name is the year.

An edit is JSON: `from` and `until` (days), `served` (how many people a year, or null), `source` and `checked`. It goes
before the campaign that `content/survey.toml` has in that year.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from server.faults import unread
from server.moments import day_typed
from server.survey.survey_plan import Campaign, SurveyPlan

CAMPAIGN = "campaign"
FIELDS = ("from", "until", "served", "source", "checked")
LONGEST = timedelta(days=92)  # it is asked in one stretch, and told as long as it lasts


class CampaignError(Exception):
    """A campaign is wrong; the message names the field."""


def fields_of(campaign: Campaign | None) -> dict[str, str]:
    """Give a campaign as it is typed; the day of checking is typed each time."""
    if campaign is None:
        return dict.fromkeys(FIELDS, "")
    return {
        "from": campaign.first.isoformat(),
        "until": campaign.last.isoformat(),
        "served": str(campaign.served or ""),
        "source": campaign.source,
        "checked": "",
    }


def write_campaign(fields: Mapping[str, str], year: int, *, today: date) -> str:
    """Write what was typed as an edit.

    Raises:
        CampaignError: naming the field that is wrong.
    """
    first, last, checked = (day_typed(fields[name]) for name in ("from", "until", "checked"))
    if first is None or first.year != year:
        raise CampaignError("from")
    if last is None or not first <= last <= first + LONGEST:
        raise CampaignError("until")
    if not re.fullmatch(r"([1-9][0-9]{0,6})?", fields["served"]):
        raise CampaignError("served")
    if not fields["source"]:
        raise CampaignError("source")
    if checked is None or checked > today:
        raise CampaignError("checked")
    served = int(fields["served"]) if fields["served"] else None
    return json.dumps({**fields, "served": served}, ensure_ascii=False, sort_keys=True)


def read_campaign(text: str) -> Campaign:
    """Read such an edit.

    Raises:
        CampaignError: it is none.
    """
    try:
        told = json.loads(text)
        first, last, checked = (date.fromisoformat(told[name]) for name in ("from", "until", "checked"))
        served, source = told["served"], str(told["source"])
    except (ValueError, KeyError, TypeError) as error:
        raise CampaignError(unread(error)) from None
    return Campaign(first=first, last=last, served=served, source=source, checked=checked, unverified=None)


def with_campaigns(plan: SurveyPlan, campaigns: Mapping[int, Campaign]) -> SurveyPlan:
    """Give the plan with the campaigns that officers set, by year."""
    filed = [each for each in plan.campaigns if each.first.year not in campaigns]
    return replace(plan, campaigns=tuple(sorted([*filed, *campaigns.values()], key=lambda each: each.first)))
