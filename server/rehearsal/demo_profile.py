"""Where a demo office is and when it is open: an example that says it is one, until somebody writes an address."""

import tomllib

from server.databases import Databases
from server.editing.edits import Edit, list_edits, write_edit
from server.editing.office_profile import PROFILE, SPOKEN, ProfileError, fields_of, write_profile
from server.keys.server_key import ServerKey
from server.moments import local_day
from server.rehearsal.made_up_people import FILE, RehearsalError
from server.settings import Settings

UNFILLED = "diisi oleh kantor"  # what `content/office.toml` says in place of an address


async def show_example(settings: Settings, databases: Databases, key: ServerKey, *, now: int) -> bool:
    """Publish the example of `content/rehearsal.toml` as the console publishes a profile; say whether that was done.

    Raises:
        RehearsalError: what that file says of an office is wrong.
        Unavailable: the store did not answer.
    """
    plan = settings.content / FILE
    if UNFILLED not in settings.office.address.get("id", "") or not plan.exists():
        return False
    today, languages = local_day(now, settings.office.time_zone), list(settings.office.address)
    try:
        example = tomllib.loads(plan.read_text(encoding="utf-8")).get("office")
        if example is None or await list_edits(databases.public, PROFILE, "office"):
            return False
        spoken = {f"{name}-{lang}": str(example[name][lang]) for name in SPOKEN for lang in languages}
        text = write_profile(fields_of(settings.office, languages) | spoken, languages, today=today)
    except (KeyError, TypeError, ValueError, ProfileError) as error:
        raise RehearsalError(f"{FILE}: {error}") from None
    await write_edit(databases.public, Edit(PROFILE, "office", 1, now), text, kid=key.kid, private=key.pair)
    return True
