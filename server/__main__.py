"""Lets `python -m server` do what the command `rantau` does."""

from server.cli import main

main()
