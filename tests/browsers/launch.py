"""How each engine is started: what it needs, its flags, and where what it writes goes and ends."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from browsers.arena import PLAIN_HOSTS, Arena

#: Seconds for a display, a tool or a browser to start; a cold disk and a busy machine need most of them.
START: Final = 180
#: Seconds in which a browser that was asked to end must have ended.
END: Final = 5
#: Seconds for which a browser lives if nobody stops it.
LIFE: Final = 5400
#: Only names of this machine are resolved, so that nothing goes out.
_RULES: Final = (
    "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
)
#: Cookies of third parties are on; every name is this machine; a WebSocket that was refused does not
#: delay the next one. All others switch updates, telemetry and recommendations off.
_FIREFOX_PREFERENCES: Final = {
    "network.cookie.cookieBehavior": 0,
    "network.dns.forceResolve": "127.0.0.1",
    "network.proxy.type": 0,
    "network.websocket.delay-failed-reconnects": False,
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.trr.mode": 5,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
    "toolkit.telemetry.unified": False,
}


class EngineError(RuntimeError):
    """A browser did not do what it was asked to."""


class EngineMissingError(EngineError):
    """A browser, or what it needs, is not installed."""


class Recipe(NamedTuple):
    """A command, to which a page's address is added, and the environment that it has."""

    command: list[str]
    environ: dict[str, str]


class Home:
    """A fresh directory that is all a browser may write to, and the processes that do."""

    def __init__(self, name: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"corsguard-{name}-"))
        own = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "TMPDIR"), str(self.path))
        self.environ = {
            key: each for key, each in os.environ.items() if not key.lower().endswith("_proxy")
        } | own
        self._log = self.path / "log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def spawn(self, command: list[str], environ: dict[str, str], **options: Any) -> None:
        """Start *command* in a session of its own, for as long as LIFE at most."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                # It ends with us, too, however we end.
                ["setpriv", "--pdeathsig", "TERM", "timeout", "-k", str(END), str(LIFE), *command],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
        self._processes.append(process)

    def said(self) -> list[str]:
        """Return the last lines of what the processes wrote."""
        return self._log.read_text(errors="replace").splitlines()[-10:] if self._log.exists() else []

    def is_alive(self) -> bool:
        """Whether all of the processes go on."""
        return all(process.poll() is None for process in self._processes)

    def remove(self) -> None:
        """End the processes, last started first, and remove what they have written."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(END)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()
        shutil.rmtree(self.path, ignore_errors=True)


def chromium(home: Home, arena: Arena) -> Recipe:
    """Return Chromium, which knows the arena's certificate by its key."""
    preferences = home.path / "profile/Default/Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
    flags = (
        *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-proxy-server"),
        *("disable-background-networking", "disable-component-update", "disable-sync"),
        f"user-data-dir={home.path}/profile",
        f"host-resolver-rules={_RULES}",
        # Tempting: --ignore-certificate-errors, but that turns the HTTP cache off.
        f"ignore-certificate-errors-spki-list={arena.key_digest}",
    )
    return Recipe([_which("chromium", "chromium"), *(f"--{flag}" for flag in flags)], home.environ)


def firefox(home: Home, arena: Arena) -> Recipe:
    """Return Firefox, which has the arena's authority in its profile."""
    binary, certutil = _which("firefox-esr", "firefox-esr"), _which("certutil", "libnss3-tools")
    profile, authority = home.path / "profile", home.path / "authority.pem"
    profile.mkdir()
    authority.write_bytes(arena.authority)
    preferences = (f"{json.dumps(name)}, {json.dumps(each)}" for name, each in _FIREFOX_PREFERENCES.items())
    (profile / "user.js").write_text("".join(f"user_pref({each});\n" for each in preferences))
    for arguments in ("-N --empty-password", f"-A -n authority -t C,, -i {authority}"):
        subprocess.run([certutil, *arguments.split(), "-d", f"sql:{profile}"], check=True, timeout=START)
    command = [binary, "--headless", "--no-remote", "--profile", str(profile)]
    return Recipe(command, home.environ | {"MOZ_CRASHREPORTER_DISABLE": "1"})


def webkit(home: Home, arena: Arena) -> Recipe:
    """Return WebKitGTK's own small browser, on a display that nobody sees."""
    found = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.1/MiniBrowser"))
    if not found:
        raise _missing("MiniBrowser", "libwebkit2gtk-4.1-0")
    hosts = home.path / "hosts"
    hosts.write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", *PLAIN_HOSTS)))
    environ = home.environ | {
        "DISPLAY": f":{_display(home)}",
        "GDK_BACKEND": "x11",
        "GSETTINGS_BACKEND": "memory",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "NO_AT_BRIDGE": "1",
        # The other two have a flag for it; this one resolves names as every program does.
        "LD_PRELOAD": _library("libnss_wrapper.so", "libnss-wrapper"),
        "NSS_WRAPPER_HOSTS": str(hosts),
    }
    # Tempting: --private, but that turns the HTTP cache off.
    return Recipe([str(found[0]), "--cookies-policy=always", "--ignore-tls-errors"], environ)


def _display(home: Home) -> int:
    """Start a display and give its number. Tempting: xvfb-run, but its end leaves files behind."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as number:
        flags = ["-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
        try:
            home.spawn([_which("Xvfb", "xvfb"), *flags], home.environ, pass_fds=(writing,))
        finally:
            os.close(writing)
        ready = select.select([number], [], [], START)[0]
        line = number.readline() if ready else ""
    if not line:
        raise EngineError("\n".join(["The display of WebKit does not start.", *home.said()]))
    return int(line)


def _which(command: str, package: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise _missing(command, package)
    return path


def _library(name: str, package: str) -> str:
    found = sorted(Path("/usr/lib").glob(f"*/{name}*"))
    if not found:
        raise _missing(name, package)
    return str(found[0])


def _missing(command: str, package: str) -> EngineMissingError:
    return EngineMissingError(f"{command} is not installed; on Debian: apt-get install {package}")
