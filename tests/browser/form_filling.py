"""Filling in the application form as a person does, field by field in the order of the page."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

Answers = Mapping[str, str | bool]


def fill_form(page: Page, answers: Answers) -> None:
    """Fill in every field that is shown and that *answers* answers."""
    wait_until_seen(page)
    for field in page.locator("[data-field]").all():
        key = field.get_attribute("data-field") or ""
        if key in answers and field.is_visible():
            fill_field(field, key, answers[key])


def fill_field(field: Locator, key: str, answer: str | bool) -> None:
    """Answer one question, whatever its control is."""
    control = field.locator(f"[name='{key}']")
    if not control.count():
        return  # a question with one possible answer may be plain text
    kind = control.first.evaluate("(node) => node.type")
    if kind == "radio":
        field.locator(f"[value='{answer}']").check()
    elif kind == "checkbox":
        control.set_checked(bool(answer))
    elif kind == "select-one":
        control.select_option(str(answer))
    elif control.get_attribute("data-date") is not None:
        for part, text in date_parts(answer).items():
            fill_part(field.locator(f"[name='{key}{part}']"), text)
    else:
        control.fill(str(answer))


def date_parts(answer: str | bool) -> dict[str, str]:
    """Split a date, either way round, by what its three fields' names end with."""
    first, month, last = (*str(answer).split("-"), "", "")[:3]
    day, year = (last, first) if len(first) == 4 else (first, last)
    return {"": day, ".m": month, ".y": year}


def fill_part(control: Locator, text: str) -> None:
    """Answer one of the three fields of a date: days and years are typed, months are chosen."""
    if control.evaluate("(node) => node.localName") == "select":
        control.select_option(text)
    else:
        control.fill(text)


def wait_until_saved(page: Page) -> None:
    """Wait until the page says that what was typed last is stored on this phone."""
    page.locator("[data-saved=yes]").wait_for()


def wait_until_seen(page: Page) -> None:
    """Wait until the form is there, which on a phone comes with what was typed."""
    page.locator("form[data-form]").wait_for()


def wait_until_started(page: Page) -> None:
    """Wait until the app has taken the form over, which until then is an ordinary one."""
    page.locator("[data-saved]").wait_for(state="attached")


def send_form(page: Page) -> Locator:
    """Go on to the last look, press Kirim, and give the receipt."""
    wait_until_started(page)
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    receipt = page.locator("[data-receipt]")
    expect(receipt).to_be_visible()
    return receipt
