from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: Set for the services by what starts them.
INNER = {"PROMETHEUS_MULTIPROC_DIR"}
READ = re.compile(r'\benv\.\w+\(\s*"([A-Z_]+)"|environ(?:\.get\(|\[)"([A-Z_]+)"|_VARIABLE(?:: \w+)? = "([A-Z_]+)"')


def settings_with(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, Any]:
    for name in ("PUBLIC_URL", "HSTS_PRELOAD", "HSTS_INCLUDE_SUBDOMAINS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "bzpeer" / "settings.py"))


@pytest.mark.parametrize(
    ("variables", "seconds", "with_subdomains", "preloads"),
    [
        ({}, 0, False, False),
        ({"PUBLIC_URL": "http://people.example", "HSTS_PRELOAD": "yes"}, 0, False, False),
        ({"PUBLIC_URL": "https://people.example"}, 31_536_000, False, False),
        ({"PUBLIC_URL": "https://people.example", "HSTS_INCLUDE_SUBDOMAINS": "1"}, 31_536_000, True, False),
        ({"PUBLIC_URL": "https://people.example", "HSTS_PRELOAD": "1"}, 31_536_000, True, True),
    ],
)
def test_https_binds_this_host_alone_unless_more_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    seconds: int,
    with_subdomains: bool,
    preloads: bool,
) -> None:
    found = settings_with(monkeypatch, **variables)
    assert found["SECURE_HSTS_SECONDS"] == seconds
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is with_subdomains
    assert found["SECURE_HSTS_PRELOAD"] is preloads


def test_the_readme_names_the_variables_that_are_read_and_no_others() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bzpeer").rglob("*.py"))
    read = {"".join(names) for names in READ.findall(code)}
    table = (ROOT / "README.md").read_text().partition("## Configuration")[2].partition("## ")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    assert read - INNER == {name for cell in first_cells for name in re.findall(r"`([A-Z_]+)`", cell)}
