"""What is started names what is missing, shows why it has ended, and is gone afterwards."""

from __future__ import annotations

import socket
import sys

import pytest

from interop.launch import Home, ServerError, ServerMissingError, free_port, program
from interop.servers import version_of


@pytest.fixture
def home():
    """Return a home that is stopped afterwards."""
    home = Home()
    yield home
    home.stop()


def test_a_missing_program_is_named_with_its_package():
    """The failure shows what to install."""
    with pytest.raises(ServerMissingError, match="install Debian's package no-package"):
        program("no-program", "no-package")


def test_a_missing_distribution_is_named():
    """The same for what comes from PyPI."""
    with pytest.raises(ServerMissingError, match="no-distribution is missing: install it"):
        version_of("no-distribution")


def test_a_server_that_ends_at_once_is_an_error_that_shows_its_output(home):
    """Nobody has to look for a log."""
    command = [sys.executable, "-c", "raise SystemExit('the reason')"]

    with pytest.raises(ServerError, match="ended with 1:\nthe reason"):
        home.start(command, free_port())


def test_a_server_that_was_stopped_is_gone(home):
    """Neither its process nor its directory is left."""
    port = free_port()
    code = f"import socket, signal; s = socket.create_server(('127.0.0.1', {port})); signal.pause()"
    home.start([sys.executable, "-c", code], port)

    home.stop()

    assert not home.path.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_no_port_is_chosen_twice():
    """What is to listen at the first one may not do so yet."""
    ports = [free_port() for _ in range(200)]

    assert len(set(ports)) == len(ports)
