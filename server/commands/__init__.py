"""The commands of `rantau`, a module each; `server.cli` imports the one that is asked for."""
