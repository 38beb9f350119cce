"""The office's keys: founded, listed by the root, handed on, changed, drilled and given up."""
