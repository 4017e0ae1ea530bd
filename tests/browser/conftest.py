"""A real server, a real browser."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.exceptions import NotFound
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.flow.conftest import compiled_catalogue  # noqa: F401 - pages are read in Chinese
from tests.flow.site import Site

CHROMIUM = "/usr/bin/chromium"
# Nothing waits so long but on a busy machine.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing about requests."""


@pytest.fixture
def site(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    site = Site.at(f"sqlite:///{tmp_path / 'minsheng.db'}", tmp_path, demo_codes=tmp_path / "codes.txt")
    yield site
    site.engine.dispose()


class _Served:
    """What the one server of all tests serves: the site of the test that runs."""

    def __init__(self) -> None:
        self.app: Callable | None = None
        self.url = ""

    def __call__(self, environ: dict, start_response: Callable) -> object:
        # A page of the test before may still ask for something.
        return self.app(environ, start_response) if self.app else NotFound()(environ, start_response)


@pytest.fixture(scope="session")
def served() -> Iterator[_Served]:
    served = _Served()
    server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def url(served: _Served, site: Site) -> Iterator[str]:
    """Serve the site and return its address."""
    served.app = site.app
    yield served.url
    served.app = None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Open pages in a browser that reports its errors: ``open_page("/t/...", width=320, scripts=False)``."""
    contexts = []
    complaints: list[str] = []

    def open_one(
        path: str = "/", *, width: int = 360, height: int = 740, scripts: bool = True, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            base_url=url,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        assert [one["name"] for one in context.cookies() if not one["name"].startswith("desk")] == []
        context.close()
    # The browser names every answer that is not a success; those are expected where a test asks for them.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
