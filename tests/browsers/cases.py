"""All cases, from their groups."""

from __future__ import annotations

from dataclasses import replace

from browsers import (
    cases_cache,
    cases_cookies,
    cases_elements,
    cases_guard,
    cases_library,
    cases_origin,
    cases_preflight,
    cases_redirect,
    cases_response,
    cases_scheme,
)
from browsers.table import Case

#: Groups in which no row depends on the site, so that two layouts are enough.
_ANYWHERE = (cases_response, cases_preflight, cases_redirect, cases_library)


def _in_its_group(module, case: Case) -> Case:
    layouts = ("ports", "https") if module in _ANYWHERE else case.layouts
    return replace(case, group=module.GROUP, layouts=layouts)


CASES = [
    _in_its_group(module, case)
    for module in (
        cases_response,
        cases_preflight,
        cases_cache,
        cases_redirect,
        cases_elements,
        cases_origin,
        cases_cookies,
        cases_library,
        cases_guard,
        cases_scheme,
    )
    for case in module.CASES
]
assert len({case.id for case in CASES}) == len(CASES)
