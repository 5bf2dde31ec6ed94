"""The inventory as a page: a table with a filter, which a browser shows without a server."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from flask_corsguard.inventories.access import Access, by_access
from flask_corsguard.inventories.entry import Entry
from flask_corsguard.inventories.words import cookies_of, grouped, guard_of, is_open, readers_of, relative

from .markup import element, page

_TITLE: Final = "Who may call what"

_TITLES: Final = ("Method", "Rule", "Who may read", "Cookies", "Guard", "Given by")


def page_of(entries: Sequence[Entry], origin: str | None = None) -> str:
    """Return the inventory as a page of HTML.

    :param entries: the inventory.
    :param origin: an origin; what a page of it may do is shown beside each entry.
    """
    asked = f" The last column is for a page of <code>{escape(origin)}</code>." if origin else ""
    body = (
        f'<header class="band"><div class="wide"><p class="eyebrow">flask-corsguard</p><h1>{_TITLE}</h1>'
        f"<p>From the code that answers the requests.{asked}</p></div></header>\n"
        f'<main class="wide"><section>{table_of(entries, origin)}</section></main>'
    )
    return page(_TITLE, body, "inventory.js")


#: What marks a path that no rule matches.
_MISSING: Final = ' <span class="quiet">no rule: 404</span>'


def table_of(entries: Sequence[Entry], origin: str | None = None) -> str:
    """Return the filter and the table."""
    # In WSGI, no path has a rule, and so it is not missing.
    missing = _MISSING if any(each.endpoint is not None for each in entries) else ""
    if origin is None:
        titles = [*_TITLES]
        rows = [_row(group, missing) for group in grouped(entries)]
    else:
        titles = [*_TITLES, "This origin"]
        rows = [_row(group, missing, access) for access, group in by_access(entries, origin)]
    head = "".join(element("th", title, scope="col") for title in titles)
    lines = "\n".join(rows)
    return (
        '<div class="filter"><label for="filter">Filter</label>'
        '<input id="filter" type="search" placeholder="/api, POST, everyone ..." autocomplete="off" '
        'spellcheck="false"><output id="shown" for="filter"></output></div>\n'
        f'<table class="inventory"><thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table>\n'
        '<p id="none" class="empty" hidden>No line has all these words.</p>'
    )


def _row(group: Sequence[Entry], missing: str, access: Access | None = None) -> str:
    first = group[0]
    policy = first.policy
    methods = " ".join(element("span", escape(each.method), class_="chip") for each in group)
    host = element("span", escape(first.host), class_="host") if first.host else ""
    rule = f"{host}<code>{escape(first.rule)}</code>"
    if first.endpoint is None:
        rule = f"{host}<code>{escape(first.rule.rstrip('/'))}/…</code>{missing}"
    readers = readers_of(policy)
    guards = list(dict.fromkeys(map(guard_of, group)))
    cells = [
        _cell("Method", methods),
        _cell("Rule", rule),
        _cell(
            "Who may read",
            element("span", escape(readers), class_="readers open" if is_open(policy) else "readers"),
        ),
        _cell("Cookies", cookies_of(policy)),
        _cell("Guard", " ".join(element("span", escape(guard), class_=guard) for guard in guards if guard)),
        _cell(
            "Given by", f'{escape(first.source)} <code class="where">{escape(relative(first.where))}</code>'
        ),
    ]
    if access is not None:
        cells.append(_cell("This origin", element("span", escape(str(access)), class_=access.level)))
    return element("tr", *cells)


def _cell(title: str, content: str) -> str:
    return element("td", content, data_title=title)
