"""The application form, filled in on any browser in the order of the page, and read back."""

from tests.browser.form_filling import date_parts
from tests.browsers.screen import Screen
from tests.people import Answers
from tests.people_at_work import FORM, typed

CHOOSE = """async (selector, value) => {
  const select = document.querySelector(selector);
  select.focus();
  while (![...select.options].some((option) => option.value === value)) await new Promise(requestAnimationFrame);
  select.value = value;
  for (const type of ['input', 'change']) select.dispatchEvent(new Event(type, { bubbles: true }));
}"""
PRESS = "async (selector) => document.querySelector(selector).click()"
VALUES = """async () => {
  const { readValues } = await import('/pwa/components/form-values.js');
  return readValues(document.querySelector('form[data-module=application-form]'));
}"""


def fill(screen: Screen, answers: Answers, keys: list[str]) -> None:
    """Answer the named questions."""
    for field in FORM.fields:
        if field.key not in keys:
            continue
        name, value = f"[name='{field.key}']", answers[field.key]
        if field.control == "radio":
            screen.run(PRESS, f"{name}[value='{value}']")
        elif field.control == "checkbox":
            if value:
                screen.run(PRESS, name)
        elif field.control in ("select", "region", "regency"):
            screen.run(CHOOSE, name, str(value))
        elif field.control == "date":
            day, month, year = date_parts(str(value)).values()
            screen.type(name, day)
            screen.run(CHOOSE, f"[name='{field.key}.m']", month)
            screen.type(f"[name='{field.key}.y']", year)
        else:
            screen.type(name, str(value))


def filled(screen: Screen, answers: Answers, keys: list[str]) -> dict[str, tuple[str, str]]:
    """Give what stands otherwise than it was typed: by field what was typed and what stands there."""
    there = screen.run(VALUES)
    wanted = {f.key: _text(typed(f, answers[f.key]), answers[f.key]) for f in FORM.fields if f.key in keys}
    return {key: (text, there[key]) for key, text in wanted.items() if there[key] != text}


def _text(text: str, value: object) -> str:
    return ("1" if value else "") if isinstance(value, bool) else text
