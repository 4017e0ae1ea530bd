"""S2: from an empty installation to a printed sheet of 24 slips, in a browser: at most 30 clicks."""

import io
import os
import zipfile
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from survey.core import clock
from survey.staff.actor import TERMINAL
from survey.staff.roles import Role
from survey.staff.service import Grant, invite
from survey.storage.engine import unit_of_work
from tests import leash
from tests.browser.test_accessible import at_fault
from tests.flow.site import SECRET

pytestmark = pytest.mark.xdist_group("browser")

ROSTER = "code,name,kind,unit_type,group,parent,rank\n620102,城关区,unit,county,城区,,\n"
PASSWORD = "correct horse battery"
MOST_CLICKS = 30


class Hand:
    """Clicks, and counts them; every page it comes to is looked at."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0

    def click(self, selector, *, leads_on=True):
        self.clicks += 1
        if not leads_on:
            self.page.locator(selector).first.click()
            return
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        assert at_fault(self.page) == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, self.page.url


@pytest.fixture
def worker(site, tmp_path):
    """Run the worker of long jobs in a process of its own, as beside a server."""
    settings = site.app.extensions["minsheng"].settings
    env = os.environ | {
        "MINSHENG_SECRET_KEY": SECRET,
        "MINSHENG_DATABASE_URL": settings.database_url,
        "MINSHENG_QUEUE": str(settings.queue),
        "MINSHENG_FILES": str(settings.files),
        "MINSHENG_BASE_URL": settings.base_url,
    }
    with (tmp_path / "worker.log").open("wb") as log:
        process = leash.start("flask", "worker", env=env, stdout=log, stderr=log)
    yield process
    process.terminate()
    process.wait(60)
    leash.end(process)


def invited(site):
    with unit_of_work(site.engine) as session:
        grants = [Grant(Role.ADMIN, ""), Grant(Role.SETTER, "")]
        return invite(session, TERMINAL, "li@example.gov.cn", grants, clock.now())


def codes_on(pdf):
    """Return what a phone reads from the sheets."""
    found = []
    for sheet in pypdfium2.PdfDocument(pdf):
        found += [one.text for one in zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())]
    return found


def test_from_an_empty_installation_to_a_sheet_of_24_slips(site, open_page, worker, tmp_path):
    page = open_page(f"/desk/invitations/{invited(site)}", width=1366, height=768)
    hand = Hand(page)
    for field, value in (("name", "李主任"), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"#{field}", value)
    hand.click("main button")

    hand.click(".rooms a[href$=questionnaires]")
    hand.click("button[value=public-satisfaction]")

    hand.click(".rooms a[href$=subjects]")
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    page.set_input_files("input[type=file]", roster)
    hand.click("form[enctype] button")

    hand.click(".rooms a[href$=rounds]")
    hand.click("main a.main")
    for field, value in (
        ("id", "spring"),
        ("title_zh", "春季群众满意度调查"),
        ("organiser_zh", "某市考核办"),
        ("contact", "0931-1234567"),
    ):
        page.fill(f"#{field}", value)
    hand.click("main form.card button")

    hand.click(".tasks li:nth-child(3) a")
    page.fill("input[name=type_class]", "citizen")
    page.fill("input[name=type_planned]", "24")
    hand.click("form[action*=type] button")

    hand.click(".of-round a")
    hand.click(".tasks li:nth-child(4) a")
    page.fill("input[name=passphrase]", PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    with page.expect_download() as key:
        hand.click("form[action*=make] button", leads_on=False)
    assert Path(key.value.path()).stat().st_size > 0

    hand.click(".of-round a")
    hand.click(".tasks li:nth-child(6) a")
    hand.click("form[action*=codes] button")
    expect(page.locator("a[href*=files]").first).to_be_visible()
    assert at_fault(page) == []
    with page.expect_download() as slips:
        hand.click("a[href*=files]", leads_on=False)

    assert hand.clicks <= MOST_CLICKS
    archive = zipfile.ZipFile(io.BytesIO(Path(slips.value.path()).read_bytes()))
    sheets = [name for name in archive.namelist() if name.endswith(".pdf") and "cover" not in name]
    read = [text for name in sheets for text in codes_on(archive.read(name))]
    assert len(set(read)) == 24
    assert all("/T/" in text for text in read)
