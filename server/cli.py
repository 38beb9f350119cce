"""The command `rantau`: each of its commands is imported when it is asked for, since most need little of the rest."""

from importlib import import_module

import click

# The module of each command, and its name there.
COMMANDS = {
    "accounts": ("cli_accounts", "accounts"),
    "audit": ("cli_audit", "audit"),
    "backup": ("cli_backup", "backup"),
    "bundle": ("cli_bundle", "bundle"),
    "doctor": ("cli_doctor", "doctor"),
    "export": ("cli_export", "export"),
    "forms": ("cli_forms", "forms"),
    "hub": ("cli_hub", "hub"),
    "import": ("cli_bundle", "import_"),
    "init": ("cli_init", "init"),
    "keys": ("cli_keys", "keys"),
    "move-to-couchdb": ("cli_replicate", "move_to_couchdb"),
    "peers": ("cli_peers", "peers"),
    "replicate": ("cli_replicate", "replicate"),
    "restore": ("cli_backup", "restore"),
    "retention": ("cli_retention", "retention"),
    "serve": ("cli_serve", "serve"),
    "status": ("cli_status", "status"),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"server.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rantau")
def main() -> None:
    """Take passport and stay-permit applications where the signal comes and goes."""
