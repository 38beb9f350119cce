"""In which language staff read: what the address says, else what their account says, else the office's first."""

from starlette.requests import Request

from server.office import office_of
from server.staff.sessions import User


def staff_language(request: Request, user: User | None) -> str:
    """Choose the language of a page for staff."""
    languages = office_of(request).catalogues.languages
    asked = (request.path_params.get("lang"), request.query_params.get("lang"), user and user.lang)
    return next((lang for lang in asked if lang in languages), languages[0])
