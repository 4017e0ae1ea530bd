"""Somebody at a terminal who scores a year: a roster of villages, a scheme, tables, and rounds that were counted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Settings
from survey.application import create_app
from survey.core.clock import now
from survey.counting.taken import Taken, keep_taken
from survey.scoring.filing import list_evidence
from survey.scoring.parts import part_document
from survey.storage.engine import unit_of_work

ROSTER = """code,name,kind,unit_type,group,parent,rank
v1,一村,unit,village,东镇,,
v2,二村,unit,village,东镇,,
v3,[/x] :smile: 三村,unit,village,东镇,,
o1,县医院,unit,hospital,医院,,
"""
SCHEME = """id: villages
version: 1
title: {zh: 村考核, en: Villages}
year: 2025
components:
  - {id: work, zh: 工作, en: Work, source: {kind: import}}
  - id: routine
    zh: 平时考核
    en: Routine
    source:
      kind: periods
      periods:
        - {id: h1, zh: 上半年, en: First half, ends: 2025-06-30}
        - {id: h2, zh: 下半年, en: Second half, ends: 2025-12-31}
types:
  - {id: village, zh: 村, en: Village, selects: ["type:village"], weights: {work: 60, routine: 40}}
adjustments: {rules: [{id: plus, zh: 加分, en: Plus, sign: plus, levels: {national: 2}}]}
levels:
  - {id: political, zh: 政治素质, en: Political quality, source: {kind: import}, values: [好, 差]}
vetoes: [{id: safety, zh: 安全, en: Safety}]
gates:
  - id: routine-90
    zh: 平时考核<90
    en: Routine below 90
    when: {kind: component, component: routine, operator: "<", value: 90}
    effect: block_top
  - {id: veto, zh: 一票否决, en: Veto, when: {kind: veto}, effect: block_top}
gradings:
  - id: villages
    bands: [{id: best, zh: 优秀, en: Excellent, at_least: 90}, {id: good, zh: 良好, en: Good}]
    quotas: [{grade: best, share: 0.4}]
"""
COMPONENTS = """subject,component,value,source,confirmed_by,period,confirmed_on
v1,work,95,work.pdf,Zhang,,2026-01-05
v1,routine,90,first.pdf,Li,h1,
v1,routine,89.5,second.pdf,Li,h2,
v2,work,93.5,work.pdf,Zhang,,
v2,routine,92,first.pdf,Li,h1,
v2,routine,91,second.pdf,Li,h2,
v3,plus,national,award.pdf,Wang,,
v3,work,90,work.pdf,Zhang,,
"""
REST = """subject,component,value,source,confirmed_by,period
v3,routine,95,first.pdf,Li,h1
v3,routine,95,second.pdf,Li,h2
"""


class Desk:
    """Runs commands in a folder of their own."""

    def __init__(self, app):
        self.app = app
        self.engine = app.extensions["minsheng"].engine
        self.runner = app.test_cli_runner()

    def write(self, name, content, encoding="utf-8"):
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return name

    def does(self, command):
        """Run a command that must work; return the one JSON object that it prints."""
        result = self.runner.invoke(args=[*command.split(), "--json"])
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def says(self, command):
        """Run a command that must work; return what it prints for people."""
        result = self.runner.invoke(args=command.split())
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def is_refused(self, command):
        """Run a command that must be refused; return the one sentence that it says."""
        result = self.runner.invoke(args=command.split())
        assert result.exit_code == 1, result.stdout
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        (line,) = [line for line in result.stderr.splitlines() if line]
        return line.removeprefix("error: ")

    def filed(self):
        """Return everything that was filed for the villages."""
        with unit_of_work(self.engine) as session:
            return list_evidence(session, "villages")

    def takes(self, part):
        """Keep a count, as one that another installation sent is kept."""
        with unit_of_work(self.engine) as session:
            keep_taken(session, Taken(part.name, part.frozen.content_hash, part_document(part), "elsewhere", now()))


@contextmanager
def desk_at(database_url, folder, monkeypatch) -> Iterator[Desk]:
    """Give a terminal with a roster and a scheme that is added."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=database_url))
    desk = Desk(app)
    desk.does(f"subjects import {desk.write('roster.csv', ROSTER)}")
    desk.does(f"schemes add {desk.write('scheme.yaml', SCHEME)}")
    yield desk
    desk.engine.dispose()
