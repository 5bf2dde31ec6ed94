"""What the corpus is composed of, which no engine decides."""

from __future__ import annotations

from collections import Counter

from edge.corpus import SENT, corpus_of, origins
from edge.policies import source
from flask_corsguard.edge.vectors import Site, expected

SITE = Site("http", "localhost:8080")


def test_the_corpus_is_composed_as_the_earlier_one():
    """181 origins, six paths, with GET and preflight; 3,888 of the guard; 7,362 in all, each once."""
    corpus = list(corpus_of(SITE))
    groups = Counter(each.group for each in corpus)

    assert len(origins()) == len(set(origins())) == 181
    assert len(SENT) == 6
    assert groups["origins"] == 181 * 6 * 2
    assert groups["guard"] == 3_888
    assert groups["preflight"] + groups["paths"] == 1_302
    assert len(corpus) == len(set(corpus)) == 7_362
    assert sum(each.is_sendable for each in corpus) == 3_607


def test_the_corpus_has_handshakes_that_pass():
    """What the application answers to them, Varnish copies byte by byte."""
    policies = source("paths")
    handshakes = [each for each in corpus_of(SITE) if dict(each.headers).get("Upgrade") == "websocket"]

    assert len(handshakes) == 6 * 6 * 6 * 2
    assert sum(expected(policies, each).passes for each in handshakes) == 216
