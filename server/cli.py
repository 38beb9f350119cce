"""The command `rantau`: each of its commands is imported when it is asked for, since most need little of the rest."""

from importlib import import_module

import click

# The module of each command, and its name there.
COMMANDS = {
    "accounts": ("accounts", "accounts"),
    "audit": ("audit", "audit"),
    "backup": ("backup", "backup"),
    "bundle": ("bundle", "bundle"),
    "doctor": ("doctor", "doctor"),
    "export": ("export", "export"),
    "forms": ("forms", "forms"),
    "hub": ("hub", "hub"),
    "import": ("bundle", "import_"),
    "init": ("init", "init"),
    "keys": ("keys", "keys"),
    "move-to-couchdb": ("replicate", "move_to_couchdb"),
    "peers": ("peers", "peers"),
    "rehearse": ("rehearse", "rehearse"),
    "replicate": ("replicate", "replicate"),
    "restore": ("backup", "restore"),
    "retention": ("retention", "retention"),
    "serve": ("serve", "serve"),
    "status": ("status", "status"),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"server.commands.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rantau")
def main() -> None:
    """Take passport and stay-permit applications where the signal comes and goes."""
