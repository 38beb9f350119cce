"""The one list of what the server answers: path, method, how long a body may be. Who may ask: `server.rights`."""

from collections.abc import Callable, Sequence

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server import edge, exchange, poster, public, tracking
from server.appointments import (
    arrivals_page,
    booking_page,
    bookings_api,
    calendar_page,
    event_requests_api,
    offers_page,
    tickets_api,
)
from server.body_lines import BodyLimits
from server.bundles import bundle_api, bundle_page
from server.casework import audit_page, casework, casework_api, console_api, counter_page, index_api, work_api
from server.couch.routes import COUCH_ROWS
from server.editing import content_page, form_pages, guide_desk, subjects
from server.erasure import erasing_api, export_api, requests_page, rescue_api, retention_api, voiding_api
from server.figures import figures_page, open_data_api, report_page, stakeholders_page
from server.guard import guarded
from server.guides import classes_page, guide_search, training_pages
from server.handler import Handler
from server.items import LINE_LIMIT
from server.keys import keys_api
from server.limits import BodyLimit
from server.posted import BODY_LIMIT, FILE_LIMIT
from server.rehearsal import first_day_page
from server.row import Row
from server.staff import (
    account_pages,
    enrolment_api,
    factor_pages,
    removal,
    security_page,
    sessions_page,
    sign_in,
    step_up,
    volunteers_page,
)
from server.survey import survey_api, survey_page, survey_post
from server.uploads import blobs_api, tus
from server.uploads.uploads import BLOB_LIMIT

__all__ = ["ROWS", "Row", "build_routes"]

STAKEHOLDERS = "/staff/{lang:lang}/stakeholders"
EDITOR = "/staff/{lang:lang}/guides/{guide}/{tongue}"
CONTENT = "/staff/{lang:lang}/content/{kind}/{thing}"
REQUESTS = "/open/v1/requests.json"
UPLOAD = "/blobs/{version}/{digest}"


class _Language(StringConvertor):
    regex = "[a-z]{2,3}"


register_url_convertor("lang", _Language())

ROWS = (
    Row("/", "GET", "root", public.resource),
    Row("/k", "GET", "code", public.resource),
    Row("/ping", "GET", "ping", public.ping),
    Row("/office.json", "GET", "office", public.office_json),
    Row("/pace.json", "GET", "pace", public.pace_json),
    Row("/service-worker.js", "GET", "service_worker", public.resource),
    Row("/manifest.json", "GET", "manifest", public.resource),
    Row("/pwa/{path:path}", "GET", "asset", public.resource),
    Row("/text/{name}.json", "GET", "texts", public.resource),
    Row("/forms/{service}.json", "GET", "form", public.resource),
    Row("/forms/{service}/{form}.json", "GET", "published_form", public.resource),
    Row("/packs/{lang:lang}.json", "GET", "packs", public.resource),
    Row("/packs/{lang:lang}.ndjson", "GET", "packs_at_once", public.resource),
    Row("/packs/{lang:lang}/{pack}.json", "GET", "pack", public.resource),
    Row("/exchange", "POST", "exchange", exchange.exchange, body_limit=BodyLimits().sent),
    Row("/blobs/", "OPTIONS", "tell_uploads", tus.tell),
    Row("/blobs/", "POST", "begin_upload", tus.create, BLOB_LIMIT),
    Row(UPLOAD, "HEAD", "show_upload", tus.show),
    Row(UPLOAD, "PATCH", "add_to_upload", tus.add, BLOB_LIMIT),
    Row(UPLOAD, "POST", "post_to_upload", tus.add, BLOB_LIMIT),
    Row("/blobs/{digest}", "GET", "blob", blobs_api.show_blob),
    Row("/bundle", "POST", "take_bundle", bundle_api.take_bundle, bundle_api.BUNDLE_LIMIT),
    Row("/offers.json", "GET", "offers", bookings_api.list_offers),
    Row("/open/v1/datapackage.json", "GET", "open_package", open_data_api.show_package),
    Row("/open/v1/groups.json", "GET", "groups", open_data_api.show_groups),
    Row("/open/v1/groups.csv", "GET", "groups_table", open_data_api.show_groups),
    Row(REQUESTS, "GET", "event_requests", open_data_api.show_requests),
    Row(REQUESTS, "POST", "send_event_request", event_requests_api.send_event_request, LINE_LIMIT),
    Row("/open/v1/requests.csv", "GET", "event_requests_table", open_data_api.show_requests),
    Row("/open/v1/{table}", "GET", "open_table", open_data_api.show_table),
    Row("/bookings", "POST", "bookings", bookings_api.ask_bookings, bookings_api.ASKS_LIMIT),
    Row("/devices", "POST", "enrol_device", enrolment_api.enrol_device, enrolment_api.REQUEST_LIMIT),
    Row("/staff", "GET", "to_console", public.to_folder),
    Row("/staff/login", "GET", "login_page", sign_in.login_page),
    Row("/staff/login", "POST", "login", sign_in.login, body_limit=BODY_LIMIT),
    Row("/staff/login/passkey", "GET", "passkey_challenge", sign_in.passkey_challenge),
    Row("/staff/setup", "GET", "setup_page", account_pages.setup_page),
    Row("/staff/setup", "POST", "set_up", account_pages.set_up, body_limit=BODY_LIMIT),
    Row("/staff/logout", "POST", "logout", sign_in.logout, BODY_LIMIT),
    Row("/staff/", "GET", "console", sign_in.console_page),
    Row("/staff/{lang:lang}/", "GET", "console_in", sign_in.console_page),
    Row("/staff/{lang:lang}/first-day", "POST", "show_first_day", first_day_page.show_first_day, BODY_LIMIT),
    Row("/staff/api/step-up", "POST", "step_up", step_up.step_up, step_up.STEP_UP_LIMIT),
    Row("/staff/api/passkey", "GET", "passkey_options", factor_pages.passkey_options),
    Row("/staff/api/keys", "GET", "keys", console_api.show_keys),
    Row("/staff/api/officers", "GET", "officers", keys_api.list_officers),
    Row("/staff/api/officers/{login}/remove", "POST", "remove_officer", removal.remove_officer, removal.BODY_LIMIT),
    Row("/staff/api/officer-key", "POST", "own_key", keys_api.keep_own_key, keys_api.RECORD_LIMIT),
    Row("/staff/api/grants", "POST", "grant", keys_api.grant, keys_api.GRANTS_LIMIT),
    Row("/staff/api/rotation", "GET", "unwrapped", keys_api.list_unwrapped),
    Row("/staff/api/rotation", "POST", "rewrap", keys_api.rewrap, keys_api.REWRAP_LIMIT),
    Row("/staff/api/rotation/end", "POST", "end_rotation", keys_api.compact_wraps, keys_api.RECORD_LIMIT),
    Row("/staff/api/cases", "GET", "cases", console_api.list_cases),
    Row("/staff/api/work", "GET", "work", work_api.list_work),
    Row("/staff/api/index", "GET", "index", index_api.list_index),
    Row("/staff/api/cases/{case}", "GET", "case_documents", console_api.show_case),
    Row("/staff/api/cases/{case}/blobs/{digest}", "GET", "case_blob", blobs_api.show_case_blob),
    Row("/staff/api/cases/{case}/events", "POST", "add_event", console_api.add_event, console_api.EVENT_LIMIT),
    Row("/staff/api/cases/{case}/work", "POST", "keep_case_work", casework_api.keep_case_work, casework.LIMIT),
    Row("/staff/api/cases/{case}/erase", "POST", "erase_case", erasing_api.erase_case, erasing_api.GONE_LIMIT),
    Row("/staff/api/cases/{case}/void", "POST", "void_code", voiding_api.void_case_code, voiding_api.VOID_LIMIT),
    Row("/staff/api/cases/{case}/export", "POST", "export_case", export_api.export_case, export_api.REQUEST_LIMIT),
    Row("/staff/api/list-export", "POST", "note_list_export", export_api.note_list_export, export_api.REQUEST_LIMIT),
    Row("/staff/api/requests", "GET", "list_requests", export_api.list_requests),
    Row("/staff/api/requests", "POST", "add_request", export_api.add_request, export_api.REQUEST_LIMIT),
    Row("/staff/api/requests/{id}/done", "POST", "finish_request", export_api.finish_request, export_api.REQUEST_LIMIT),
    Row("/staff/{lang:lang}/requests", "GET", "requests", requests_page.requests_page),
    Row("/staff/{lang:lang}/requests", "POST", "record_request", requests_page.record_request, BODY_LIMIT),
    Row("/staff/{lang:lang}/requests/{id}", "POST", "close_request", requests_page.close_request, BODY_LIMIT),
    Row("/staff/api/due", "GET", "due", retention_api.list_due),
    Row("/staff/api/tickets", "GET", "tickets", tickets_api.list_tickets),
    Row("/staff/api/rescued", "POST", "note_rescue", rescue_api.note_rescue, rescue_api.RESCUE_LIMIT),
    Row("/staff/api/survey", "GET", "survey_answers", survey_api.list_answers),
    Row("/staff/api/survey", "POST", "survey_sums", survey_api.keep_sums, survey_api.SUMS_LIMIT),
    Row("/staff/{lang:lang}/figures", "GET", "figures", figures_page.figures_page),
    Row("/staff/{lang:lang}/figures", "POST", "publish_figures", figures_page.publish, BODY_LIMIT),
    Row("/staff/{lang:lang}/calendar", "GET", "calendar", calendar_page.calendar_page),
    Row("/staff/{lang:lang}/report", "GET", "report", report_page.report_page),
    Row("/staff/{lang:lang}/report/{file}", "GET", "report_table", report_page.report_table),
    Row("/staff/{lang:lang}/survey", "GET", "survey_report", survey_page.survey_page),
    Row("/staff/{lang:lang}/survey.csv", "GET", "survey_table", survey_page.survey_table),
    Row("/staff/{lang:lang}/accounts", "GET", "accounts", account_pages.accounts_page),
    Row("/staff/{lang:lang}/accounts", "POST", "add_account", account_pages.add_account, BODY_LIMIT),
    Row("/staff/{lang:lang}/accounts/{login}", "POST", "change_account", account_pages.change_account, BODY_LIMIT),
    Row("/staff/{lang:lang}/security", "GET", "security", security_page.security_page),
    Row("/staff/{lang:lang}/security/app", "POST", "set_up_app", factor_pages.set_up_app, BODY_LIMIT),
    Row("/staff/{lang:lang}/security/passkeys", "POST", "add_passkey", factor_pages.add_passkey, BODY_LIMIT),
    Row("/staff/{lang:lang}/security/removal", "POST", "remove_passkey", factor_pages.remove_passkey, BODY_LIMIT),
    Row("/staff/{lang:lang}/security/codes", "POST", "recovery_codes", factor_pages.renew_codes, BODY_LIMIT),
    Row("/staff/{lang:lang}/security/password", "POST", "change_password", security_page.change_password, BODY_LIMIT),
    Row("/staff/{lang:lang}/security/sessions", "POST", "end_sessions", security_page.end_sessions, BODY_LIMIT),
    Row("/staff/{lang:lang}/sessions", "GET", "sessions", sessions_page.sessions_page),
    Row("/staff/{lang:lang}/sessions", "POST", "end_session", sessions_page.end_session, BODY_LIMIT),
    Row("/staff/{lang:lang}/volunteers", "GET", "volunteers", volunteers_page.volunteers_page),
    Row("/staff/{lang:lang}/volunteers", "POST", "invite_device", volunteers_page.invite_device, BODY_LIMIT),
    Row("/staff/{lang:lang}/volunteers/{device}/end", "POST", "end_device", volunteers_page.revoke_device, BODY_LIMIT),
    Row("/staff/{lang:lang}/volunteers/{device}/more", "POST", "keep_device", volunteers_page.renew_device, BODY_LIMIT),
    Row(STAKEHOLDERS, "GET", "stakeholders", stakeholders_page.stakeholders_page),
    Row(STAKEHOLDERS, "POST", "add_stakeholder", stakeholders_page.add_stakeholder, BODY_LIMIT),
    Row(f"{STAKEHOLDERS}/{{name}}/groups", "POST", "add_group", stakeholders_page.add_group, BODY_LIMIT),
    Row(f"{STAKEHOLDERS}/{{name}}/end", "POST", "end_stakeholder", stakeholders_page.withdraw_stakeholder, BODY_LIMIT),
    Row("/staff/{lang:lang}/offers", "GET", "staff_offers", offers_page.offers_page),
    Row("/staff/{lang:lang}/offers", "POST", "publish_offers", offers_page.publish_offers, BODY_LIMIT),
    Row("/staff/{lang:lang}/offers/{offer}/close", "POST", "close_offer", offers_page.close_offer, BODY_LIMIT),
    Row("/staff/{lang:lang}/training", "GET", "training", training_pages.training_page),
    Row("/staff/{lang:lang}/training/{guide}", "GET", "quiz", training_pages.quiz_page),
    Row("/staff/{lang:lang}/training/{guide}", "POST", "finish_quiz", training_pages.finish_quiz, BODY_LIMIT),
    Row("/staff/{lang:lang}/guides", "GET", "guides_desk", guide_desk.guides_page),
    Row("/staff/{lang:lang}/guides/new", "GET", "new_guide", guide_desk.new_guide),
    Row(EDITOR, "GET", "edit_guide", guide_desk.guide_page),
    Row(EDITOR, "POST", "publish_guide", guide_desk.publish_guide, BODY_LIMIT),
    Row(f"{EDITOR}/preview", "POST", "preview_guide", guide_desk.preview_guide, BODY_LIMIT),
    Row("/staff/{lang:lang}/content", "GET", "content", content_page.values_page),
    Row("/staff/{lang:lang}/content", "POST", "confirm_value", content_page.confirm_value, BODY_LIMIT),
    Row(CONTENT, "GET", "edit_content", subjects.content_page),
    Row(CONTENT, "POST", "publish_content", subjects.publish_content, FILE_LIMIT),
    Row(f"{CONTENT}/preview", "POST", "preview_content", subjects.preview_content, FILE_LIMIT),
    Row("/staff/{lang:lang}/forms", "GET", "forms_desk", form_pages.forms_page),
    Row("/staff/{lang:lang}/forms/{service}/{form}", "GET", "form_version", form_pages.version_page),
    Row("/staff/{lang:lang}/classes", "GET", "classes", classes_page.classes_page),
    Row("/staff/{lang:lang}/classes", "POST", "record_class", classes_page.record_class, BODY_LIMIT),
    Row("/staff/{lang:lang}/trained", "GET", "trained", training_pages.trained_page),
    Row("/staff/{lang:lang}/trained", "POST", "record_trained", training_pages.record_trained, BODY_LIMIT),
    Row("/staff/{lang:lang}/queue", "GET", "arrivals", arrivals_page.queue_page),
    Row("/staff/{lang:lang}/queue", "POST", "note_arrival", arrivals_page.note_arrival, BODY_LIMIT),
    Row("/staff/{lang:lang}/counter", "GET", "counter", counter_page.counter_page),
    Row("/staff/{lang:lang}/bundle", "GET", "bundle_desk", bundle_page.bundle_page),
    Row("/staff/{lang:lang}/audit", "GET", "audit_page", audit_page.audit_page),
    *COUCH_ROWS,
    Row("/{lang:lang}", "GET", "to_home", public.to_folder),
    Row("/{lang:lang}/", "GET", "home", public.resource),
    Row("/{lang:lang}/mine", "GET", "mine", public.resource),
    Row("/{lang:lang}/case", "GET", "case", public.resource),
    Row("/{lang:lang}/poster", "GET", "poster", poster.poster_page),
    Row("/{lang:lang}/office", "GET", "office_page", public.resource),
    Row("/{lang:lang}/office/{first}", "GET", "office_period", figures_page.office_page),
    Row("/{lang:lang}/survey", "GET", "survey", public.resource),
    Row("/{lang:lang}/survey", "POST", "take_survey", survey_post.take_survey, body_limit=BODY_LIMIT),
    Row("/{lang:lang}/survey/thanks", "GET", "survey_thanks", public.resource),
    Row("/{lang:lang}/survey/poster", "GET", "survey_poster", survey_post.survey_poster),
    Row("/{lang:lang}/volunteer", "GET", "volunteer", public.resource),
    Row("/{lang:lang}/bundle", "GET", "bundle", public.resource),
    Row("/{lang:lang}/guides", "GET", "guides", public.resource),
    Row("/{lang:lang}/guides", "POST", "search_guides", guide_search.search_guides, BODY_LIMIT),
    Row("/{lang:lang}/guides/{slug}", "GET", "guide", public.resource),
    Row("/{lang:lang}/guides/{slug}", "POST", "answer_quiz", training_pages.answer_quiz, BODY_LIMIT),
    Row("/{lang:lang}/fees.json", "GET", "fees", public.resource),
    Row("/{lang:lang}/promises.json", "GET", "promises", public.resource),
    Row("/{lang:lang}/choose", "GET", "choose", public.resource),
    Row("/{lang:lang}/choose/{slug}", "GET", "choose_next", public.resource),
    Row("/{lang:lang}/apply/{service}", "GET", "apply", public.resource),
    Row("/{lang:lang}/apply/{service}", "POST", "review", edge.apply, body_limit=BODY_LIMIT),
    Row("/{lang:lang}/send", "POST", "send", edge.send, body_limit=BODY_LIMIT),
    Row("/{lang:lang}/booking", "GET", "booking", public.resource),
    Row("/{lang:lang}/offers", "GET", "offers_page", booking_page.show_offers),
    Row("/{lang:lang}/offers/{offer}.ics", "GET", "offer_calendar", booking_page.show_calendar),
    Row("/{lang:lang}/offers", "POST", "book", booking_page.book, BODY_LIMIT),
    Row("/{lang:lang}/track", "GET", "track", public.resource),
    Row("/{lang:lang}/track", "POST", "status", tracking.track, body_limit=BODY_LIMIT),
)  # fmt: skip


def build_routes(rows: Sequence[Row] = ROWS, *, guard: Callable[[str, Handler], Handler] = guarded) -> list[Route]:
    """Make Starlette's routes, one a path, so that a wrong method is told every right one."""
    by_path: dict[str, list[Row]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    return [_route(path, mine, guard) for path, mine in by_path.items()]


def _route(path: str, rows: Sequence[Row], guard: Callable[[str, Handler], Handler]) -> Route:
    handlers: dict[str, Handler] = {row.method: guard(row.name, row.endpoint) for row in rows}

    async def endpoint(request: Request) -> Response:
        _refuse_unknown_language(request)
        return await (handlers.get(request.method) or handlers["GET"])(request)  # HEAD is asked of most as GET

    limit = Middleware(BodyLimit, limit=max(row.body_limit for row in rows))
    return Route(path, endpoint, methods=list(handlers), name=rows[0].name, middleware=[limit])


def _refuse_unknown_language(request: Request) -> None:
    lang = request.path_params.get("lang")
    if lang is not None and lang not in request.app.state.office.catalogues:
        raise HTTPException(404)
