"""The configurations that the documentation shows, as the tests run them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from interop.launch import ROOT

_PAGE: Final = ROOT / "docs" / "scale-out.md"


def documented(language: str, changes: Mapping[str, str] | None = None) -> str:
    """Return the only block in this language.

    :param changes: what this machine has instead of what the page shows.
    """
    (text,) = re.findall(rf"```{language}\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    if not changes:
        return text
    for shown in changes:
        assert shown in text, f"the block in {language} does not have {shown}"
    return re.sub("|".join(map(re.escape, changes)), lambda found: changes[found[0]], text)
