"""What a page of HTML consists of, for tests of pages that this package writes."""

from __future__ import annotations

from html.parser import HTMLParser


class Read(HTMLParser):
    """The rows of a table, and everything that a page would load."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.loads, self.classes, self.open = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "input", "link", "img"}:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        self.loads += [value for name, value in attrs if name in {"src", "href", "action"}]
        self.classes += [value for name, value in attrs if name == "class"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "td" in self.open:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data}".strip()
