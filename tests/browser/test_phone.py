"""A phone at 360 px, without JavaScript and without cookies, does everything; with JavaScript a little more."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser")

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def answer_everything(page, choice=0):
    for group in page.locator("fieldset.card").all():
        group.locator("label.option").nth(choice).click()


def test_a_ballot_is_filled_in_and_cast_without_javascript(site, open_page):
    title = {"zh": "2026年度群众满意度调查", "en": "Public satisfaction survey 2026"}
    code = site.round(title=title, organiser={"zh": "考核工作办公室", "en": "Assessment office"})[0]
    page = open_page("/", scripts=False)
    page.get_by_label("票码").fill(" ".join(code[i : i + 4] for i in range(0, 20, 4)))
    page.get_by_role("button", name="进入").click()
    expect(page.locator("h1")).to_have_text("2026年度群众满意度调查")
    for place, choice in enumerate((2, 1)):
        page.locator("fieldset.card").nth(place).locator("label.option").nth(choice).click()
    if os.environ.get("MINSHENG_SCREENSHOTS"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        page.screenshot(path=IMAGES / "phone.png")
    answer_everything(page)
    page.locator("textarea").fill("路灯\n早点修")
    page.get_by_role("button", name="核对并提交").click()
    expect(page).to_have_title(re.compile("核对答案"))
    expect(page.locator(".answer").last).to_contain_text("路灯")
    assert site.ballots() == 0
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator("h1")).to_have_text("提交成功，感谢参与")
    assert site.ballots() == 1


def test_change_leads_to_the_question_and_the_answers_stay(site, open_page):
    page = open_page(f"/t/{site.round()[0]}", scripts=False)
    answer_everything(page, 1)
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="修改第 8 题").click()
    card = page.locator('[id="q-conduct:620102"]')
    expect(card).to_be_in_viewport()
    assert page.url.endswith("#q-conduct:620102")
    assert page.locator("input:checked").count() == 10
    card.locator("label.option").nth(3).click()
    page.get_by_role("button", name="核对并提交").click()
    expect(page.locator(".answer").nth(7)).to_contain_text("不满意")
    page.get_by_role("button", name="确认提交").click()
    assert site.ballots() == 1


def test_language_and_size_keep_the_answers(site, open_page):
    page = open_page(f"/t/{site.round()[0]}", scripts=False)
    answer_everything(page, 2)
    page.get_by_role("button", name="特大").click()
    expect(page.locator("html")).to_have_class("huge")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("input:checked").count() == 10
    page.get_by_role("button", name="Check and submit").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.locator("html")).to_have_class("huge")


def test_going_back_in_the_browser_keeps_the_answers(site, open_page):
    page = open_page(f"/t/{site.round()[0]}")
    answer_everything(page, 1)
    page.locator("textarea").fill("路灯")
    page.get_by_role("button", name="核对并提交").click()
    expect(page.locator("h1")).to_have_text("核对答案")
    page.go_back()
    expect(page.locator("input:checked")).to_have_count(10)
    expect(page.locator("textarea")).to_have_value("路灯")
    expect(page.get_by_role("status")).to_have_text("已答 11/11")


def test_reloading_the_done_page_is_the_same_page_and_one_ballot(site, open_page):
    page = open_page(f"/t/{site.round()[0]}")
    answer_everything(page)
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="确认提交").click()
    for _ in range(3):
        page.reload()
        expect(page.locator("h1")).to_have_text("提交成功，感谢参与")
    assert site.ballots() == 1


def test_enter_in_a_field_means_the_main_button(site, open_page):
    page = open_page(f"/t/{site.round('kinds')[0]}", scripts=False)
    page.locator("fieldset.card").first.locator("label.option").first.click()
    page.locator('input[name="number"]').fill("3.5")
    page.locator('input[name="number"]').press("Enter")
    expect(page.locator("h1")).to_have_text("核对答案")
    expect(page.locator(".answers")).to_contain_text("3.5")


def test_a_fault_is_named_on_top_and_leads_to_its_field(site, open_page):
    page = open_page(f"/t/{site.round('required')[0]}")
    page.get_by_role("button", name="核对并提交").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    summary.get_by_role("link").last.click()
    expect(page.locator('textarea[name="say"]')).to_be_focused()
    expect(page.locator('textarea[name="say"]')).to_have_accessible_description(re.compile("此题必答"))


def test_progress_is_counted_and_questions_that_do_not_apply_are_hidden(site, open_page):
    page = open_page(f"/t/{site.round('show-if')[0]}")
    status = page.get_by_role("status")
    expect(status).to_have_text("已答 0/2")
    expect(page.locator("#q-second")).to_be_hidden()
    page.locator("#q-first label.option").nth(3).click()
    expect(page.locator("#q-second")).to_be_visible()
    expect(status).to_have_text("已答 1/3")
    page.locator("#q-first label.option").nth(0).click()
    expect(page.locator("#q-second")).to_be_hidden()
    expect(status).to_have_text("已答 1/2")


def test_without_javascript_the_condition_is_said(site, open_page):
    page = open_page(f"/t/{site.round('show-if')[0]}", scripts=False)
    expect(page.locator("#q-second")).to_contain_text("仅在第 1 题选“一般或差”时填写")


def test_a_visit_is_few_requests_and_all_of_them_ours(site, open_page, url):
    page = open_page("/privacy")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/t/{site.round()[0]}", wait_until="networkidle")
    # Besides the page, its style and its script, a browser may fetch the icon of its tab.
    assert len([address for address in asked if "/static/icon." not in address]) <= 3
    assert all(address.startswith(url) for address in asked)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_paper_shows_the_questions_and_no_buttons(site, open_page):
    page = open_page(f"/t/{site.round()[0]}")
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator("fieldset.card").first).to_be_visible()
