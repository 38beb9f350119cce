"""Let atheris look for bytes that one reader does not stand: `python -m fuzz.one <reader> <libFuzzer's options>`."""

import sys

import atheris

with atheris.instrument_imports(include=["server", "sync", "fuzz"]):
    from fuzz.readers import READERS


def main() -> None:
    """Run until libFuzzer's own limits end it."""
    reader = READERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, reader.try_)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
