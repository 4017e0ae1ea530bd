"""The disk is full, the database is away: nothing is half done, the answers stay on the page, nobody is named."""

import re
import resource
from collections.abc import Iterator
from random import Random

import pytest

from survey.cli.demo.phones.browser import Browser
from survey.cli.demo.phones.page import read_forms
from survey.cli.demo.phones.phone import Phone
from survey.cli.demo.server import serving
from survey.storage.engine import make_engine
from survey.storage.migrate import upgrade
from tests.load.conftest import envelope_count, spent_digests
from tests.load.own_postgres import Stoppable, stoppable
from tests.load.staging import set_stage

REMARK = "独角兽路口的红绿灯坏了"
BROWSER_NAME = "PhoneOfSomebodyInParticular"
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class Voter:
    """Somebody who has answered and is about to cast."""

    def __init__(self, base_url, path):
        def new_browser():
            return Browser(base_url, patience=0, timeout=40, user_agent=BROWSER_NAME)

        self.phone = Phone(new_browser, path, 0.7, Random(path))  # noqa: S311 - made-up answers
        self.target, pairs = self.phone.prepare()
        self.phone.browser.close()
        self.pairs = [(name, REMARK if name.startswith("remark") else value) for name, value in pairs]
        self.page = None

    def cast(self):
        self.page = self.phone.browser.post(self.target, self.pairs)
        self.phone.browser.close()
        return self.page

    def open(self):
        page = self.phone.browser.get(self.phone.path)
        self.phone.browser.close()
        return page

    def answers_are_kept(self):
        """Tell whether the page's form carries everything that was sent, so that one more tap casts it."""
        sent = {(name, value) for name, value in self.pairs if not name.startswith("_")}
        return any(sent <= set(form.carried()) for form in read_forms(self.page.text, self.target))


def assert_unavailable(voter):
    page = voter.cast()
    assert page.status == 503, page.text[:500]
    assert "尚未提交" in page.text
    assert voter.answers_are_kept()


def assert_nobody_is_named(text, codes):
    assert REMARK not in text
    assert BROWSER_NAME not in text
    assert not any(code in text or " ".join(re.findall("....", code)) in text for code in codes)


def test_when_the_disk_is_full_nothing_is_half_done_and_it_goes_on_by_itself(tmp_path, migrated_sqlite):
    # Given a server on SQLite, and people about to cast
    file = tmp_path / "minsheng.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    engine = make_engine(f"sqlite:///{file}")
    round_ = set_stage(f"sqlite:///{file}", tmp_path, 40)
    log = tmp_path / "server.log"
    with serving(round_.env, log) as server:
        voters = [Voter(server.base_url, path) for path in round_.paths()]
        # When the disk takes no more than the write-ahead log has already and a little
        room = (tmp_path / "minsheng.db-wal").stat().st_size + 100_000
        for pid in server.workers():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        statuses = [voter.cast().status for voter in voters]
        # Then some are in, the others are told that nothing was submitted, and the urn agrees with the codes
        refused = [voter for voter, status in zip(voters, statuses, strict=True) if status == 503]
        assert set(statuses) == {200, 503}
        assert all(voter.answers_are_kept() for voter in refused)
        assert len(spent_digests(engine)) == envelope_count(engine) == statuses.count(200)
        # And with room again the same forms go in
        for pid in server.workers():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)
        assert [voter.cast().status for voter in refused] == [200] * len(refused)
        assert len(spent_digests(engine)) == envelope_count(engine) == len(voters)
    engine.dispose()
    assert_nobody_is_named(log.read_text(), round_.codes)


@pytest.fixture
def own_postgres() -> Iterator[Stoppable]:
    """Run a server of this test alone, for it is going to be stopped."""
    with stoppable() as switch:
        yield switch


def test_when_the_database_is_away_nothing_is_half_done_and_it_goes_on_by_itself(tmp_path, own_postgres):
    # Given a server on PostgreSQL, and people about to cast
    url = own_postgres.server.create("away")
    engine = make_engine(url)
    upgrade(engine)
    round_ = set_stage(url, tmp_path, 5)
    log = tmp_path / "server.log"
    with serving(round_.env, log) as server:
        voters = [Voter(server.base_url, path) for path in round_.paths()]
        first, *others = voters
        assert first.cast().status == 200
        # When the database is stopped
        own_postgres.stop()
        # Then everybody is told that nothing was submitted, and keeps the answers; opening a code says the same
        for voter in others:
            assert_unavailable(voter)
        assert others[0].open().status == 503
        # And when it is back, the same forms go in, without anything being restarted
        own_postgres.start()
        assert [voter.cast().status for voter in voters] == [200] * len(voters)
        assert len(spent_digests(engine)) == envelope_count(engine) == len(voters)
    engine.dispose()
    assert_nobody_is_named(log.read_text() + own_postgres.said(), round_.codes)
