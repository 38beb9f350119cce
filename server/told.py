"""What every command tells in a sentence, wherever it went wrong: the base of those errors, and nothing heavy."""


class Told(Exception):
    """Something that whoever typed the command can do something about; the message is the sentence to print."""
