"""The locks install the same bytes everywhere, and name no host."""

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?P<rest>(?:.*\\\n)+.*)$", re.MULTILINE)
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def entries(lock):
    return [match.groupdict() for match in ENTRY.finditer((ROOT / lock).read_text())]


def wanted(file):
    lines = [line.strip() for line in (ROOT / file).read_text().splitlines()]
    names = [line for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(re.split(r"[\[<>=;~! ]", name)[0]) for name in names}


@pytest.mark.parametrize("file", [*LOCKS, "requirements.in", "requirements-dev.in"])
def test_no_lock_names_a_host_or_a_folder(file):
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert not re.search(r"(^|\s)(/|--(extra-)?index-url|--find-links)", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_hashed(lock):
    found = entries(lock)
    assert len(found) == len(re.findall(r"^[a-z0-9]", (ROOT / lock).read_text(), re.MULTILINE))
    assert [entry["name"] for entry in found if "--hash=sha256:" not in entry["rest"]] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_wanted_package_is_locked(lock):
    locked = {canonicalize_name(entry["name"]) for entry in entries(lock)}
    assert wanted(lock.replace(".txt", ".in")) - locked == set()


def test_both_locks_agree():
    versions = [{(entry["name"], entry["version"]) for entry in entries(lock)} for lock in LOCKS]
    both = {name for name, _ in versions[0]} & {name for name, _ in versions[1]}
    differing = {name for name, _ in versions[0] ^ versions[1] if name in both}
    assert differing == set()
