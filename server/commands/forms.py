"""`rantau forms`: looks through the forms that the office edits, and reads one from a spreadsheet."""

import json
import os
import re
import sys
from pathlib import Path

import click

from server.commands.sentences import in_sentences
from server.content import load_content
from server.forms.forms import load_forms
from server.forms.forms_check import changed_since_published, faults_in
from server.forms.xlsform import XlsFormError, read_xlsform
from server.settings import load_settings


@click.group()
def forms() -> None:
    """Check the forms, or make one from an XLSForm."""


@forms.command()
def check() -> None:
    """Tell every fault in forms, groups, choices, fees and sources: file, key and reason."""
    with in_sentences():
        settings = load_settings(os.environ)
        faults = faults_in(settings.content)
        if not faults:
            faults = changed_since_published(settings, load_forms(settings.content / "forms"))
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)
    with in_sentences():
        for service in (content := load_content(settings.content)).forms.services:
            form = content.forms.latest(service)
            click.echo(f"right  {service} {form.name}: {len(list(form.every_field))} questions")


@forms.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--service", help="What the form is called in addresses; otherwise after the file.")
def import_(file: Path, service: str | None) -> None:
    """Make a form from the XLSForm FILE, and say what of it has no twin here."""
    with in_sentences():
        folder = load_settings(os.environ).content / "forms"
    name = service or re.sub("[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise click.ClickException(
            f"{name!r} is no name for a form: a-z, 0-9 and -, with a letter first; use --service"
        )
    known = (re.fullmatch(rf"{name}\.v([0-9]+)\.json", path.name) for path in folder.glob(f"{name}.v*.json"))
    n = 1 + max((int(found[1]) for found in known if found), default=0)
    try:
        imported = read_xlsform(file, name, n=n)
    except XlsFormError as error:
        raise click.ClickException(str(error)) from None
    path = folder / f"{name}.v{n}.json"
    with in_sentences():
        path.write_text(json.dumps(imported.form, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for note in imported.notes:
        click.echo(f"  {note}")
    click.echo(
        f"Written: {path}. Mend what is named above, lead to it in choices.toml, say in forms.toml where its questions "
        "come from, then run `rantau forms check`."
    )
