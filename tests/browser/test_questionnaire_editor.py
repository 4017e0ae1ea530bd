"""The editor of questionnaires in Chromium: by keyboard and without scripts to a version; and how every kind looks."""

import pytest
from playwright.sync_api import expect

from survey.questionnaires.kinds import KINDS
from survey.questionnaires.service import get_questionnaire
from survey.storage.engine import unit_of_work
from tests.browser.test_accessible import at_fault, press
from tests.flow.deskwork import ALL, PASSWORD, hire

pytestmark = pytest.mark.xdist_group("browser")


def editor(site, open_page, **look):
    page = open_page("/desk/login", width=1366, height=768, **look)
    page.fill("#login", hire(site, *ALL))
    page.fill("#password", PASSWORD)
    press(page, page.locator("main button"))
    page.goto("/desk/questionnaires/new")
    return page


def field(page, name):
    return page.locator(f"[name='{name}']")


def enter(page):
    """Press the button that has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page, zh, en):
    """Type a text in both languages, beginning where the focus is."""
    page.keyboard.type(zh)
    page.keyboard.press("Tab")
    page.keyboard.type(en)


def add_question(page, kind):
    """Choose a kind and add a question of it, by keyboard; it then has the focus."""
    page.focus("#new_kind")
    for _ in range(list(KINDS).index(kind)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    enter(page)


def test_three_questions_are_written_by_keyboard_without_scripts(site, open_page):
    page = editor(site, open_page, scripts=False)

    field(page, "title.zh").focus()
    write(page, "服务大厅调查", "Service hall survey")
    field(page, "items.1.zh").focus()
    write(page, "您是否满意？", "Are you satisfied?")
    add_question(page, "single")
    expect(field(page, "items.2.zh")).to_be_focused()
    write(page, "您在哪里办理？", "Where?")
    for number, (zh, en) in enumerate((("大厅", "Hall"), ("网站", "Website")), 1):
        field(page, f"items.2.options.{number}.zh").focus()
        write(page, zh, en)
    page.locator("button[value='add items.2.options']").focus()
    enter(page)
    expect(field(page, "items.2.options.3.zh")).to_be_focused()
    expect(field(page, "items.2.options.3.zh")).to_be_in_viewport()
    write(page, "电话", "Telephone")
    add_question(page, "text")
    write(page, "还有什么？", "")
    # The remark comes before the second question; whoever moved it stays on the button.
    page.locator("button[value='up items.3']").focus()
    enter(page)
    expect(page.locator("button[value='up items.2']")).to_be_focused()

    page.locator("button[value=add]").last.focus()
    enter(page)
    expect(page.locator(".summary a")).to_have_count(1)
    page.locator(".summary a").focus()
    page.keyboard.press("Enter")
    expect(field(page, "items.2.en")).to_be_focused()
    page.keyboard.type("Anything else?")
    page.locator("button[value=check]").first.focus()
    enter(page)
    expect(page.locator(".said")).to_contain_text("survey-1@1")
    page.locator("button[value=add]").first.focus()
    enter(page)

    assert page.url.endswith("/desk/questionnaires/survey-1/1")
    with unit_of_work(site.engine) as session:
        added = get_questionnaire(session, "survey-1@1")
    assert [(item.kind, item.en) for item in added.items] == [
        ("scale", "Are you satisfied?"),
        ("text", "Anything else?"),
        ("single", "Where?"),
    ]
    assert [option.zh for option in added.items[2].options] == ["大厅", "网站", "电话"]


@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_unfolded_and_faulty_is_readable(site, open_page, dark):
    page = editor(site, open_page, dark=dark)
    for kind in KINDS:
        page.select_option("#new_kind", kind)
        press(page, page.locator("button[value='add items']"))
    page.locator("summary[id='items.2']").click()
    page.locator("details:has(> summary[id='items.2']) .more > summary").click()
    press(page, page.locator("button[value='add items.2.show_if']"))
    press(page, page.locator("button[value=add]").first)

    for summary in page.locator(".editor summary").all():
        if summary.evaluate("one => !one.parentElement.open && one.checkVisibility()"):
            summary.click()
    assert at_fault(page) == []
    for width in (1366, 800, 360):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
