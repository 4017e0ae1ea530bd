"""From the code to the urn: open, review, cast, done."""

import threading
from datetime import timedelta

import pytest

from tests.flow.site import Page, Site


def test_a_ballot_is_opened_filled_in_reviewed_and_cast(site, phone):
    code = site.round()[0]

    form = phone.get(f"/t/{code}")
    assert form.status == 200
    assert "城关区" in form.words
    review = phone.fill(form, remark__620102="多修公交站")
    assert "多修公交站" in review.words
    assert site.ballots() == 0
    done = phone.send(review)

    assert done.status == 200
    assert "提交成功" in done.title
    assert site.ballots() == 1


def test_opening_changes_nothing_however_often(site, phone):
    code = site.round()[0]
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(50 if method == "GET" else 5):
            assert phone.client.open(f"/T/{code}?from=groupmessage&isappinstalled=0", method=method).status_code == 200
    assert site.ballots() == 0
    assert phone.vote(code).status == 200


def test_the_same_form_sent_twice_is_one_ballot_and_the_same_page(site, phone):
    code = site.round()[0]
    review = phone.fill(phone.get(f"/t/{code}"))
    first = phone.send(review)
    again = phone.send(review)
    assert (first.status, again.status) == (200, 200)
    assert first.html == again.html
    assert site.ballots() == 1


def test_another_form_with_the_same_code_is_refused(site, phone):
    code = site.round()[0]
    mine, other = phone.fill(phone.get(f"/t/{code}")), phone.fill(phone.get(f"/t/{code}"), 1)
    assert phone.send(mine).status == 200

    refused = phone.send(other)
    assert refused.status == 409
    assert "此码已使用" in refused.title
    seen = phone.get(f"/t/{code}")
    assert seen.status == 409
    assert "此码已使用" in seen.title
    assert "0931-0000000" in seen.words, "whom to ask stands on the page"
    assert site.ballots() == 1


def test_many_forms_at_once_with_one_code_are_one_ballot(site):
    code = site.round()[0]
    reviews = [(phone := site.phone(), phone.fill(phone.get(f"/t/{code}"))) for _ in range(8)]
    pages: list[Page] = []
    threads = [threading.Thread(target=lambda p=p, r=r: pages.append(p.send(r))) for p, r in reviews]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(page.status for page in pages) == [200] + [409] * 7
    assert site.ballots() == 1


def test_a_code_can_be_typed_in_many_ways(site, phone):
    code = site.round()[0]
    parts = [code[i : i + 4] for i in range(0, 20, 4)]
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    pasted = f"HTTP://127.0.0.1:8000/T/{code}?from=timeline"
    for typed in (" ".join(parts), "-".join(parts), wide, pasted):
        sent = phone.post("/?lang=en", {"code": typed})
        assert sent.status == 303
        assert sent.response.location == f"/t/{code}?lang=en"


@pytest.mark.parametrize("typed", ["", "1234", "abcd", "1" * 20, "1" * 500])
def test_a_mistyped_code_is_told_at_the_field(small_site, typed):
    page = small_site.phone().post("/", {"code": typed})
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert 'aria-describedby="code-fault code-note"' in page.html


def test_gaps_are_listed_once_and_may_stay(site, phone):
    code = site.round()[0]
    form = phone.get(f"/t/{code}")
    review = phone.send(form, policy__620102="1", overall__620102="2")
    assert "还有 8 题未答" in review.words
    assert review.html.index("还有 8 题未答") < review.html.index("非常满意")
    assert phone.send(review).status == 200
    assert site.ballots() == 1


def test_a_line_can_be_changed_and_the_other_answers_stay(site, phone):
    code = site.round()[0]
    review = phone.send(phone.get(f"/t/{code}"), policy__620102="1", remark__620102='"quoted" & <b>')
    form = phone.send(review, button=("_switch", "edit"))
    assert form.form.checked == [("policy:620102", "1")]
    assert form.form.texts["remark:620102"] == '"quoted" & <b>'
    review = phone.send(form, policy__620102="5")
    assert "非常不满意" in review.words
    phone.send(review)
    assert site.ballots() == 1


@pytest.mark.parametrize(("order", "seen"), [("lang:en", "Check and submit"), ("size:huge", 'class="huge"')])
def test_switching_the_display_keeps_answers(site, phone, order, seen):
    code = site.round()[0]
    form = phone.send(phone.get(f"/t/{code}"), policy__620102="3", remark__620102="一\r\n二", button=("_switch", order))
    assert form.status == 200
    assert seen in form.html
    assert form.form.checked == [("policy:620102", "3")]
    assert form.form.texts["remark:620102"].split() == ["一", "二"]
    review = phone.send(form)
    assert seen.replace("Check and submit", "Check your answers") in review.html


def test_switching_on_the_review_page_stays_there(site, phone):
    code = site.round()[0]
    review = phone.send(phone.fill(phone.get(f"/t/{code}")), button=("_switch", "lang:en"))
    assert "Check your answers" in review.title
    assert "Very satisfied" in review.words
    done = phone.send(review)
    assert "Submitted" in done.title
    assert site.ballots() == 1


def test_without_review_a_complete_form_is_cast_at_once(site, phone):
    code = site.round(review=False)[0]
    assert "提交成功" in phone.fill(phone.get(f"/t/{code}")).title
    assert site.ballots() == 1


def test_without_review_gaps_are_still_shown_once(site, phone):
    code = site.round(review=False)[0]
    review = phone.send(phone.get(f"/t/{code}"), policy__620102="1")
    assert "还有 9 题未答" in review.words
    assert site.ballots() == 0
    assert "提交成功" in phone.send(review).title


def test_answers_to_what_is_not_asked_are_dropped(site, phone):
    code = site.round("show-if")[0]
    form = phone.get(f"/t/{code}")
    assert "仅在第 1 题选“一般或差”时填写" in form.words
    review = phone.send(form, first="1", second="1", third="三年", reasons=["2", "3"], where="城里")
    assert "三年" not in review.words
    assert "城里" in review.words


def test_the_done_page_is_the_same_for_everybody(site):
    codes = site.round()
    pages = {site.phone().vote(code, choice).response.data for choice, code in enumerate(codes[:4])}
    assert len(pages) == 1


def test_the_review_page_has_one_size_whatever_was_chosen(small_site):
    code = small_site.round()[0]
    phone = small_site.phone()
    form = phone.get(f"/t/{code}")
    sizes = {len(phone.fill(form, choice).response.data) for choice in range(6)}
    assert len(sizes) == 1


def test_before_opening_and_after_closing(site, phone, set_clock):
    codes = site.round()
    review = phone.fill(phone.get(f"/t/{codes[0]}"))

    set_clock(timedelta(hours=-2))
    early = phone.get(f"/t/{codes[1]}")
    assert (early.status, early.title) == (403, "本次测评尚未开始")
    assert "北京时间" in early.words

    set_clock(timedelta(days=1, minutes=5))
    assert phone.send(review).status == 200, "opened before closing: the printed grace holds"

    late = phone.get(f"/t/{codes[2]}")
    assert late.status == 410
    assert "本次测评已结束" in late.title
    assert site.ballots() == 1


def test_after_the_grace_an_open_form_is_too_late(site, phone, set_clock):
    code = site.round()[0]
    review = phone.fill(phone.get(f"/t/{code}"))
    set_clock(timedelta(days=1, minutes=11))
    assert phone.send(review).status == 410
    assert site.ballots() == 0


def test_codes_nobody_may_tell_apart_answer_alike(site, phone):
    from survey.codes.generator import draw_codes
    from survey.codes.service import list_batches, void_batch
    from survey.rounds.service import get_round
    from survey.storage.engine import unit_of_work

    code = site.round()[0]
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        void_batch(session, row, list_batches(session, row)[0].name)
    wrong_digit = code[:-1] + str((int(code[-1]) + 1) % 10)
    pages = [phone.get(f"/t/{one}") for one in (code, draw_codes(1)[0], wrong_digit, "nonsense")]
    assert {page.status for page in pages} == {404}
    assert len({page.html for page in pages}) == 1
    assert "此码无效" in pages[0].title


def test_a_form_given_out_before_its_code_was_voided_is_refused(site, phone):
    from survey.codes.service import list_batches, void_batch
    from survey.rounds.service import get_round
    from survey.storage.engine import unit_of_work

    code = site.round()[0]
    review = phone.fill(phone.get(f"/t/{code}"))
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        void_batch(session, row, list_batches(session, row)[0].name)
    assert phone.send(review).status == 404
    assert site.ballots() == 0


def test_another_process_takes_the_form_over(site: Site, tmp_path, database_url, monkeypatch):
    from survey import casting

    code = site.round()[0]
    review = site.phone().fill(site.phone().get(f"/t/{code}"))
    monkeypatch.setattr(casting, "_ballots", {})  # another process has served nothing yet
    other = Site.at(database_url, tmp_path)
    assert other.phone().send(review).status == 200
    other.engine.dispose()
    assert site.ballots() == 1
