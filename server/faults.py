"""What is wrong with a file that an editor writes: an English sentence and what it names, to be told in any language.

As a `str` it is in English, as the command line prints it. The sentence itself, with its `{placeholders}`, is what a
catalogue has its words for it under.
"""

from collections.abc import Mapping


class Fault(str):
    """One fault; what it names may be faults too."""

    sentence: str
    named: Mapping[str, object]

    def __new__(cls, sentence: str, /, **named: object) -> "Fault":
        """Fill in the sentence."""
        fault = super().__new__(cls, sentence.format_map(named))
        fault.sentence, fault.named = sentence, named
        return fault

    def told(self, words: Mapping[str, str]) -> str:
        """Tell it in other *words*, by sentence; one that is not among them stays as it is."""
        named = {name: each.told(words) if isinstance(each, Fault) else each for name, each in self.named.items()}
        return words.get(self.sentence, self.sentence).format_map(named)


WHOLE_FILE = Fault("(file)")


def fault_of(error: Exception) -> str:
    """Give the fault that an error was raised with, or else its words."""
    return error.args[0] if error.args and isinstance(error.args[0], Fault) else str(error)


def unread(error: Exception) -> Fault:
    """Say of an edit that it is none, with what Python says about it."""
    return Fault("cannot be read any more: {words}", words=repr(error))


def fault_in(file: str, at: str, reason: str) -> Fault:
    """Say where it is: in which file, at which key."""
    return Fault("{file}: {at}: {reason}", file=file, at=at, reason=reason)
