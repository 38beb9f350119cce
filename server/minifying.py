"""Minifies our own scripts and style sheets when the server starts: people pay for them by the kilobyte.

The parser is tdewolff's. What it cannot read is served as it is written; a test holds that this does not happen.
"""


def minify_script(source: str) -> str:
    """Write a module or a classic script as shortly as it goes; names that others see stay."""
    return _minified("text/javascript", source)


def minify_style(source: str) -> str:
    """Write a style sheet as shortly as it goes."""
    return _minified("text/css", source)


def _minified(type_: str, source: str) -> str:
    # Imported here, in the process that serves: the parser is a Go library, whose threads do not survive the fork that
    # makes this process from the one that watches over it.
    import minify

    try:
        return str(minify.string(type_, source))
    except minify.MinifyError:
        return source
