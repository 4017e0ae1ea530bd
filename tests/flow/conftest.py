"""What tests of pages may ask for."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from survey.core import clock
from tests.flow.deskwork import ALL, Desk, at_desk
from tests.flow.site import Phone, Site

CATALOGUE = Path(__file__).parents[2] / "survey" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogue() -> None:
    """Pages are read in Chinese: compile the catalogue when the build has not."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
        command = [Path(sys.executable).with_name("pybabel"), "-q", "compile", "-i", CATALOGUE, "-o", compiled]
        subprocess.run(command, check=True, timeout=60)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Give a site on each engine."""
    site = Site.at(database_url, tmp_path)
    yield site
    site.engine.dispose()


@pytest.fixture
def small_site(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """Give a site for what the engine does not matter to."""
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    site = Site.at(f"sqlite:///{tmp_path / 'minsheng.db'}", tmp_path)
    yield site
    site.engine.dispose()


@pytest.fixture
def phone(site: Site) -> Phone:
    return site.phone()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Put the server's one clock forward or back."""
    start = clock.now()

    def put(by: timedelta) -> None:
        def moved() -> datetime:
            return start + by

        monkeypatch.setattr(clock, "now", moved)

    return put


@pytest.fixture
def desk(site: Site) -> Desk:
    """Give somebody at the desk who has every role in the root office, on each engine."""
    return at_desk(site, *ALL)


@pytest.fixture
def small_desk(small_site: Site) -> Desk:
    """Give the same on SQLite alone."""
    return at_desk(small_site, *ALL)
