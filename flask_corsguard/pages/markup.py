"""Pages of HTML, put together from escaped text."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


@cache
def asset(name: str, folder: Path = _HERE) -> str:
    """Return a style sheet or a script, of this package or of another folder."""
    return (folder / name).read_text("utf-8")


def element(tag: str, *content: str, **attributes: str) -> str:
    """Return an element.

    :param content: HTML.
    :param attributes: text; ``class_`` becomes ``class``, and other underscores become hyphens.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"' for name, value in attributes.items()
    )
    return f"<{tag}{written}>{''.join(content)}</{tag}>"


def page(title: str, body: str, *scripts: str) -> str:
    """Return a page that is whole: its style and its scripts are in it."""
    return document(
        title,
        f"<style>\n{asset('style.css')}</style>\n",
        body + "".join(f'\n<script type="module">\n{asset(name)}</script>' for name in scripts),
    )


def document(title: str, head: str, body: str) -> str:
    """Return a page with more in its head."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
