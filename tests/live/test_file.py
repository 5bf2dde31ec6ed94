"""Origins in a real file, which is replaced, truncated and made unreadable."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live import file as live_file
from flask_corsguard.live.file import OriginsFile
from flask_corsguard.live.native import Bell
from live.asking import A, B, C, allows, eventually


@pytest.fixture
def file(tmp_path):
    """A file that lists one origin."""
    path = tmp_path / "origins.txt"
    path.write_text(f"# partners\n{A}  # since May\n\n")
    return path


class Clock:
    """A time that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def loaded(path, **more):
    """Return live origins of the file that have been loaded, and a policy of these."""
    tenants = LiveOrigins(OriginsFile(path), **{"clock": lambda: 0.0, **more})
    policy = Policy(origins=[tenants], credentials=True)
    assert tenants.refresh()
    return tenants, policy


def replace(path, text):
    """Replace the file by another one, as deployments do."""
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def test_each_line_of_a_file_is_an_origin(file):
    """Comments and empty lines are none."""
    _, policy = loaded(file)

    assert allows(policy, A)
    assert not allows(policy, B)
    assert repr(OriginsFile(file)) == f"OriginsFile({str(file)!r})"


def test_a_file_that_is_replaced_is_read_again(file):
    """Also by one of the same size and time."""
    tenants, policy = loaded(file)
    time = file.stat()
    replace(file, file.read_text().replace(A, B))
    os.utime(file, ns=(time.st_atime_ns, time.st_mtime_ns))
    tenants.refresh()

    assert not allows(policy, A)
    assert allows(policy, B)


def test_a_change_that_shows_in_no_number_is_read(file, monkeypatch):
    """Many file systems give two changes within some milliseconds, or within two seconds, the same time."""
    tenants, policy = loaded(file)
    status = file.stat()
    file.write_text(file.read_text().replace(A, B))
    monkeypatch.setattr(Path, "stat", lambda _: status)
    tenants.refresh()

    assert not allows(policy, A)
    assert allows(policy, B)


def test_a_file_that_has_not_changed_is_not_read(file, monkeypatch):
    """The system knows, once the change is so old that another one would have another time."""
    monkeypatch.setattr(live_file, "_TICK", float("-inf"))
    tenants, policy = loaded(file)
    monkeypatch.setattr(OriginsFile, "load", None)

    assert tenants.refresh()
    assert allows(policy, A)


def test_a_truncated_file_lists_nobody(file, caplog):
    """At once: somebody may have meant it. That is logged."""
    tenants, policy = loaded(file)
    file.write_text("")
    tenants.refresh()

    assert not allows(policy, A)
    assert "lists none any more" in caplog.text


def test_a_half_written_file_is_an_outage(file, caplog):
    """What is before the cut could be somebody else's origin, and so what was listed last counts."""
    clock = Clock()
    tenants, policy = loaded(file, clock=clock)
    file.write_text("https://a.example.c")
    assert not tenants.refresh()

    assert allows(policy, A)
    assert not allows(policy, "https://a.example.c")
    assert "may be half written: its last line does not end with a line feed" in caplog.text

    clock.seconds = 60
    assert not allows(policy, A)
    file.write_text("https://a.example.com\n")
    assert tenants.refresh()
    assert allows(policy, "https://a.example.com")


@pytest.mark.parametrize("broken", ["unreadable", "removed", "a directory", "no text"])
def test_a_file_that_cannot_be_read_is_an_outage(file, broken, caplog):
    """It changes nothing within grace, allows nobody afterwards, and is over when the file is back."""
    clock = Clock()
    tenants, policy = loaded(file, clock=clock)
    text = file.read_text()
    file.unlink()
    if broken == "unreadable":
        # Root may read every file, but this is not one: the link leads to itself.
        file.symlink_to(file)
    elif broken == "a directory":
        file.mkdir()
    elif broken == "no text":
        file.write_bytes(b"\xff\xfe\n")
    assert not tenants.refresh()
    assert allows(policy, A)
    clock.seconds = 60
    assert not tenants.refresh()
    assert not allows(policy, A)

    replace(file, text) if not file.is_dir() else (file.rmdir(), file.write_text(text))
    assert tenants.refresh()
    assert allows(policy, A)
    assert [each.levelname for each in caplog.records] == ["ERROR", "WARNING"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_whose_mode_forbids_it_is_not_read(file):
    """That is an outage, too."""
    tenants, policy = loaded(file)
    file.chmod(0)
    tenants.invalidate()

    assert not tenants.refresh()
    assert allows(policy, A)


def test_a_file_in_no_directory_is_refused(tmp_path):
    """Nobody could tell of it."""
    with pytest.raises(ValueError, match=r"nowhere is not a directory; make it, or correct the path"):
        OriginsFile(tmp_path / "nowhere" / "origins.txt")


@pytest.mark.slow
def test_a_change_of_the_file_is_in_force_within_a_second(file):
    """However long ttl is: the file is watched, in place, replaced, and as a link that is switched."""
    tenants = LiveOrigins(OriginsFile(file), ttl=1000, grace=3000)
    policy = Policy(origins=[tenants])
    eventually(lambda: allows(policy, A))

    for number in range(3):
        replace(file, f"{A}\nhttps://replaced{number}.example\n")
        assert eventually(lambda number=number: allows(policy, f"https://replaced{number}.example")) < 1
    file.write_text(f"{B}\n")
    assert eventually(lambda: allows(policy, B)) < 1
    assert not allows(policy, A)
    other = file.with_name("other.txt")
    other.write_text(f"{C}\n")
    link = file.with_name("link")
    link.symlink_to(other)
    link.replace(file)
    assert eventually(lambda: allows(policy, C)) < 1


def test_a_wait_ends_by_time_by_a_bell_and_by_a_change(file):
    """Nobody who waits for a file misses what happens meanwhile."""
    source, bell = OriginsFile(file), Bell()
    source.wait(0, bell)
    file.write_text(f"{B}\n")
    source.wait(1000, bell)
    source.wait(0.45, bell)
    bell.ring()
    source.wait(1000, bell)
    assert bell.wait(0)


def test_a_directory_that_goes_away_is_watched_again(file):
    """The watch ends with an error, and the next one is another."""
    source, bell = OriginsFile(file), Bell()
    source._events[bell] = iter(())
    with pytest.raises(StopIteration):
        source.wait(0, bell)

    source.wait(0, bell)
    assert threading.active_count() >= 1
