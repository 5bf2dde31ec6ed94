"""The debug page as HTML: a form, the refusals and the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from flask_corsguard.inventories.entry import Entry
from flask_corsguard.pages.inventory_page import table_of
from flask_corsguard.pages.markup import document, element

#: The methods that the form offers.
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

#: How a page can send a request, as the form calls it.
MANNERS: Final = {"cors": "fetch", "no-cors": "fetch, no-cors", "form": "form"}

_HEAD: Final = (
    '<link rel="stylesheet" href="{base}/style.css">\n<link rel="stylesheet" href="{base}/debug.css">\n'
    '<script type="module" src="{base}/inventory.js"></script>\n'
    '<script type="module" src="{base}/debug.js"></script>\n'
)


def page_of(name: str, base: str, entries: Sequence[Entry], asked: Mapping[str, str], answer: str) -> str:
    """Return the page.

    :param name: the name of the application.
    :param base: where the page is, with the prefix that the application is mounted under.
    :param entries: the inventory.
    :param asked: the fields of the form, as they were filled in.
    :param answer: the answer to it, as HTML; empty if nothing was asked.
    """
    body = (
        '<header class="band"><div class="wide"><p class="eyebrow">flask-corsguard, debug mode</p>'
        f"<h1>Who may call <code>{escape(name)}</code></h1>"
        '<nav aria-label="On this page"><a href="#ask">Ask</a> <a href="#refusals">Refusals</a> '
        '<a href="#inventory">Policies</a></nav></div></header>\n'
        f'<main class="wide" data-base="{escape(base)}">\n'
        f'<section id="ask"><h2>Would a browser allow it?</h2>{_form(base, asked)}'
        f'<div id="answer" role="status">{answer}</div></section>\n'
        f'<section id="refusals"><h2>Refusals</h2>{_REFUSALS}</section>\n'
        f'<section id="inventory"><h2>Policies</h2>{table_of(entries)}</section>\n</main>'
    )
    return document(f"CORS of {name}", _HEAD.format(base=escape(base)), body)


_REFUSALS: Final = (
    '<p id="quiet" class="empty">Nothing was refused since the server started. What is refused appears '
    "here.</p>"
    '<noscript><p class="empty">Your browser runs no scripts, so this list stays as it is.</p></noscript>'
    '<ol id="refused" reversed></ol>'
)


def _form(base: str, asked: Mapping[str, str]) -> str:
    def value(name: str) -> str:
        return escape(asked.get(name, ""))

    methods = "".join(
        f"<option{' selected' if each == asked.get('method') else ''}>{each}</option>" for each in METHODS
    )
    manners = "".join(
        f'<option value="{key}"{" selected" if key == asked.get("manner") else ""}>{text}</option>'
        for key, text in MANNERS.items()
    )
    checked = " checked" if asked.get("credentials") else ""
    return (
        f'<form action="{escape(base)}#ask" method="get">'
        + _field(
            "A page of",
            f'<input name="origin" required placeholder="https://app.example" '
            f'value="{value("origin")}" autocomplete="off" spellcheck="false" inputmode="url">',
            "wide-field",
        )
        + _field("sends", f'<select name="method">{methods}</select>')
        + _field(
            "to",
            f'<input name="path" required placeholder="/api/names/7" value="{value("path")}" '
            'autocomplete="off" spellcheck="false">',
            "wide-field",
        )
        + _field("by", f'<select name="manner">{manners}</select>')
        + _field(
            "with headers",
            '<input name="headers" placeholder="Authorization, X-Tenant: 7" '
            f'value="{value("headers")}" autocomplete="off" spellcheck="false">',
            "wide-field",
        )
        + '<div class="end"><label class="check">'
        + f'<input type="checkbox" name="credentials" value="1"{checked}> with cookies'
        + "</label><button>Ask</button></div></form>"
        + '<p class="quiet-line">The policies answer, and a model of a browser judges. Nothing of the '
        + "application runs.</p>"
    )


def _field(label: str, control: str, class_: str = "field") -> str:
    return element("label", element("span", label), control, class_=class_)
