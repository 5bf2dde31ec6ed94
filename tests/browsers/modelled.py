"""The table asked of the browser model: the steps of pages, done by :mod:`flask_corsguard.testing`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from browsers.recorder import Recorder
from browsers.steps import Names, Outcome, Place, Seen, Step
from flask_corsguard.testing import Browser, FetchRefused, Page

#: What no engine can be asked without a network: origins that look like those of the arena.
LAYOUTS = {
    "ports": Names("http://127.0.0.1:8001", "http://127.0.0.1:8002", "http://127.0.0.1:8003", "same-site"),
    "localhost": Names(
        "http://app.localhost:8001", "http://api.localhost:8002", "http://third.localhost:8003", "cross-site"
    ),
    "https": Names(
        "https://app.localhost:8441",
        "https://api.localhost:8442",
        "https://third.localhost:8443",
        "cross-site",
    ),
    "plain": Names("http://app.test:8001", "http://api.test:8002", "http://third.test:8003", "cross-site"),
    "mixed": Names(
        "https://app.localhost:8441", "http://api.localhost:8002", "http://third.localhost:8003", "cross-site"
    ),
}


class ModelledRun:
    """An application asked by the browser model, as a run of the arena is by an engine."""

    def __init__(self, app, names: Names, engine: str | None) -> None:
        self.names = names
        self.seen: list[Seen] = []
        self._browser = Browser(Recorder(app, self.seen), engine=engine)
        self._pages: dict[Place, Page] = {}
        self._last = None

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Do *steps* one after the other."""
        return [self._do(step) for step in steps]

    def _do(self, step: Step) -> Outcome:
        if step.do == "wait":
            self._browser.wait(step.seconds)
            return Outcome("sent")
        if step.do == "timing":
            return Outcome("readable" if self._last.timing_allowed else "opaque")
        page = self._page(step.place)
        try:
            return _ACTS[step.do](self, page, step, step.url.format(**self.names._asdict()))
        except FetchRefused:
            return Outcome("sent" if step.do == "beacon" else "refused")

    def _page(self, place: Place) -> Page:
        if place not in self._pages:
            origin = self.names._asdict().get(place.at, place.at)
            self._pages[place] = self._browser.open(
                origin, referrer_policy=place.referrer_policy, sandboxed=place.sandboxed
            )
        return self._pages[place]

    def _fetch(self, page: Page, step: Step, url: str) -> Outcome:
        if step.do == "xhr":
            response = page.xhr(
                url,
                method=step.method,
                data=step.body,
                headers=step.headers,
                with_credentials=step.credentials == "include",
                upload_listener=step.upload_listener,
            )
        else:
            response = page.fetch(
                url,
                method=step.method,
                data=step.body,
                headers=step.headers,
                mode=step.mode,
                credentials=step.credentials,
                redirect=step.redirect,
                cache=step.cache,
                referrer_policy=step.referrer_policy or None,
            )
        self._last = response
        if response.type.startswith("opaque"):
            return Outcome("opaque")
        read = [(name, response.headers[name]) for name in sorted(step.read) if name in response.headers]
        return Outcome("readable", response.status, response.text, tuple(read))

    def _image(self, page: Page, step: Step, url: str) -> Outcome:
        self._last = page.image(url, crossorigin=step.crossorigin)
        return Outcome("opaque" if self._last.tainted else "readable")

    def _script(self, page: Page, step: Step, url: str) -> Outcome:
        return Outcome("opaque" if page.script(url, crossorigin=step.crossorigin).muted else "readable")

    def _font(self, page: Page, step: Step, url: str) -> Outcome:
        page.font(url)
        return Outcome("readable")

    def _events(self, page: Page, step: Step, url: str) -> Outcome:
        page.event_source(url, with_credentials=step.credentials == "include")
        return Outcome("readable")

    def _form(self, page: Page, step: Step, url: str) -> Outcome:
        target = "_top" if step.target == "top" else "frame"
        page.submit(url, step.fields, enctype=step.enctype, method=step.method, target=target)
        return Outcome("sent")

    def _beacon(self, page: Page, step: Step, url: str) -> Outcome:
        page.beacon(url, step.body, content_type=step.content_type or None)
        return Outcome("sent")

    def _socket(self, page: Page, step: Step, url: str) -> Outcome:
        page.websocket(url)
        return Outcome("open")

    def _navigate(self, page: Page, step: Step, url: str) -> Outcome:
        page.navigate(url)
        return Outcome("sent")


_ACTS: dict[str, Callable[[ModelledRun, Page, Step, str], Outcome]] = {
    "fetch": ModelledRun._fetch,
    "xhr": ModelledRun._fetch,
    "image": ModelledRun._image,
    "script": ModelledRun._script,
    "font": ModelledRun._font,
    "eventsource": ModelledRun._events,
    "form": ModelledRun._form,
    "beacon": ModelledRun._beacon,
    "websocket": ModelledRun._socket,
    "navigate": ModelledRun._navigate,
}
