"""What the office edits, read, and the public pages of it, rendered: before anything is served, and once a start."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment

from server.content import Content, load_content
from server.pages import make_environment, render_pages
from server.resources import Resource
from server.settings import Settings


@dataclass(frozen=True)
class Prepared:
    """The content, the templates that show it, and the public pages by their URL."""

    content: Content
    environment: Environment
    pages: Mapping[str, Resource]


def prepare(settings: Settings) -> Prepared:
    """Read the content and render its pages.

    Raises:
        ContentError: what the office edits is wrong, or a template or a text is.
    """
    content = load_content(settings.content)
    environment = make_environment(settings, content)
    return Prepared(content, environment, render_pages(environment, content))
