"""The public process has no page of staff, the desk's has none for voters."""

import pytest

from config import BadSetting, Settings
from survey.application import create_app


def pages(tmp_path, surface):
    settings = Settings(secret_key="s" * 32, database_url=f"sqlite:///{tmp_path / 'x.db'}", surface=surface)
    return {rule.rule for rule in create_app(settings).url_map.iter_rules()}


def test_the_public_process_has_no_page_of_staff(tmp_path):
    found = pages(tmp_path, "public")
    assert "/t/<code>" in found
    assert [page for page in found if page.startswith(("/desk", "/api"))] == []


def test_the_process_of_the_desk_has_no_page_for_voters(tmp_path):
    found = pages(tmp_path, "desk")
    assert "/desk/login" in found
    elsewhere = {"/healthz", "/readyz", "/static/<name>"}
    assert {page for page in found if not page.startswith(("/desk", "/api"))} == elsewhere


def test_another_word_stops_the_start():
    with pytest.raises(BadSetting, match="MINSHENG_SURFACE"):
        Settings.from_env({"MINSHENG_SECRET_KEY": "s" * 32, "MINSHENG_SURFACE": "staff"})
