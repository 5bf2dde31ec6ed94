"""Only programs that use the tools load them."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

TOOLS = ("cli", "console_messages", "explanations", "inventories", "pages", "probes", "testing")


def test_the_library_loads_none_of_its_tools():
    """Nor what they need."""
    program = (
        "import sys, flask_corsguard\n"
        "from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors\n"
        "print(*sorted(name for name in sys.modules if name.startswith('flask_corsguard.')))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert [name for name in loaded.split() if name.split(".")[1] in TOOLS] == []
