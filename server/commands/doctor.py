"""`rantau doctor`: say in sentences what is right and wrong; the exit status says whether all is well."""

import asyncio
import os
import sys

import click

from server.commands.sentences import in_sentences
from server.doctor import examine
from server.hub.doctor import examine_hub
from server.settings import load_settings

_RIGHT, _WRONG = click.style("right", fg="green"), click.style("WRONG", fg="red")


@click.command()
def doctor() -> None:
    """Check configuration, content, store, keys and clock."""
    with in_sentences():
        is_hub = os.environ.get("RANTAU_ROLE") == "hub"
        findings = asyncio.run(examine_hub(load_settings(os.environ)) if is_hub else examine(os.environ))
    for finding in findings:
        click.echo(f"{_RIGHT if finding.is_right else _WRONG}  {finding.sentence}")
    sys.exit(0 if all(finding.is_right for finding in findings) else 1)
