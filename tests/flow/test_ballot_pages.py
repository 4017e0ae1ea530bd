"""A secret ballot on a phone without JavaScript and without cookies: from the slip to the urn."""

import re

import pytest

from survey.casting import ballot_form
from survey.storage.engine import reading
from tests.factories.ballots import FEW_EXCELLENT, annual_review, mixed_review, questionnaire, review_items
from tests.flow.ballots import DK, EX, OK, PLAIN, POOR, grades, opened, press, spent

OWN = "group,class,planned,subjects\nU01,B,3,own P006=A\n"


@pytest.fixture
def phone(small_site):
    return small_site.phone()


@pytest.fixture
def ballot(small_site, phone):
    return phone.get(f"/t/{opened(small_site).code()}")


@pytest.fixture
def review(phone, ballot):
    """Three excellent, six competent, one not known."""
    return phone.post(ballot.form.action, grades(ballot, EX, EX, EX, OK, OK, OK, OK, OK, OK, DK))


def test_a_ballot_is_filled_in_checked_and_cast(site, phone):
    page = site.phone().get(f"/t/{opened(site).code()}")
    assert page.status == 200
    review = site.phone().post(page.form.action, grades(page, EX, EX, OK))
    assert (review.status, review.form.buttons.count(("_switch", "edit"))) == (200, 1)
    assert spent(site) == 0
    done = site.phone().send(review)
    assert done.status == 200
    assert "不显示、系统不保存“谁投了什么”" in done.words
    assert spent(site) == 1


def test_what_must_be_known_stands_before_the_first_row(ballot):
    before = ballot.html[: ballot.html.index("<fieldset")]
    for words in (
        "您持有的是 B 类票（中层干部）",
        "共 10 人 × 1 项",
        "按姓氏笔画为序",
        "“优秀”不超过 3 人（10 人的 30%）；否则不能提交",
        "不熟悉的请选“不了解”，不计分",
        "提交前随时可以修改",
        "票面不记名、不编号、不记时间",
    ):
        assert words.replace(" ", "") in re.sub(r"<[^>]+>|\s", "", before), words
    assert ballot.form.checked == []


def test_persons_are_shown_with_their_posts_and_heard_with_their_place(ballot):
    assert "1/10" in ballot.words
    assert "某县发展和改革局 正职" in ballot.words
    assert "某县发展和改革局 副职" in ballot.words
    rows = re.findall(r'<fieldset class="row"[^>]*\saria-labelledby="(\S+) (\S+)"', ballot.html)
    assert len(rows) == 10
    for one, other in rows:
        assert f'id="{one}"' in ballot.html
        assert f'id="{other}"' in ballot.html


def test_the_ballot_says_for_whom_it_counts_as_another_class(small_site, phone):
    page = phone.get(f"/t/{opened(small_site, mixed_review(), voters=OWN).code()}")
    assert "对李秀英，本票按 A 类票计" in page.words


def test_subjects_with_items_of_their_own_stand_in_sections(small_site, phone):
    page = phone.get(f"/t/{opened(small_site, mixed_review(), voters=OWN).code()}")
    titles = re.findall(r'<h2 class="about">(.*?)</h2>', page.html)
    assert titles == ["单位", "正职", "副职"]
    assert [name for name in page.form.choices if name.startswith("lead:")] == ["lead:P001", "lead:P006"]
    assert "对班子建设的意见建议" in page.words
    review = phone.post(page.form.action, grades(page, OK) | {"remark": ["多下基层"]})
    assert review.status == 200
    assert "多下基层" in review.words
    assert phone.send(review).status == 200


@pytest.mark.parametrize(
    ("dimensions", "layout", "persons_first"),
    [(1, "auto", False), (3, "auto", False), (4, "auto", True), (5, "by_dimension", False), (1, "by_person", True)],
)
def test_layouts_change_the_page_and_not_the_envelope(small_site, phone, dimensions, layout, persons_first):
    made = opened(small_site, annual_review(dimensions, reasons=False), layout=layout)
    page = phone.get(f"/t/{made.code()}")
    order = list(page.form.choices)
    by_person = sorted(order, key=lambda name: name.split(":")[1])
    assert (order == by_person) == (persons_first or dimensions == 1)
    blocks = page.html.count('<section class="block">')
    assert blocks == (10 if persons_first else dimensions)
    with reading(small_site.engine) as connection:
        form = ballot_form(connection, 1, 2, made.frozen.content_hash).form
    assert {question.name for question in form.questions} == set(order)
    assert [question.name for question in form.questions] == by_person or dimensions > 1


# --- the review page --------------------------------------------------------------------------------------------


def test_the_review_lists_totals_and_everybody_in_list_order(review):
    totals = re.search(r'<div class="totals">(.*?)</div>', review.html, re.DOTALL)[1]
    counted = " ".join(re.sub(r"<[^>]+>", " ", totals).split())
    assert counted == "总体评价 优秀 3 称职 6 基本称职 0 不称职 0 不了解 1 未评 0"
    persons = re.findall(r'<li id="v-(P\d+)">', review.html)
    assert persons == [f"P{i:03d}" for i in range(1, 11)]


def test_a_line_leads_to_its_row_and_back(phone, review):
    assert 'value="edit:overall:P003"' in review.html
    assert 'formaction="#q-overall:P003"' in review.html
    form = press(phone, review, "edit:overall:P003")
    assert len(form.form.checked) == 10
    assert ("_switch", "check") in form.form.buttons
    back = phone.post(form.form.action, form.fields() | {"overall:P003": [OK], "_switch": ["check"]})
    assert "核对选票" in back.title
    assert back.fields()["overall:P003"] == [OK]
    assert 'id="v-P003"' in back.html


def test_a_line_can_be_cleared(phone, review):
    cleared = press(phone, review, "clear:overall:P010")
    assert "还有 1 人未评" in cleared.words
    assert "overall:P010" not in cleared.fields()
    assert cleared.fields()["overall:P009"] == [OK]


def test_gaps_come_first_and_nothing_is_chosen_for_them(phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, OK, OK, OK, OK, ""))
    assert review.status == 200
    assert "还有 6 人未评" in review.words
    assert review.html.index("还有 6 人未评") < review.html.index('class="totals"')
    assert "5 孙秀英" in review.words
    assert review.form.choices["_gaps"] == ["back", "late"]
    assert review.form.checked == []


def test_the_gaps_can_all_be_given_the_unscored_option_and_that_can_be_undone(small_site, phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, OK, OK, OK, OK, ""))
    filled = press(phone, review, "gaps", _gaps=["late"])
    assert "已为 6 人补填“不了解”" in filled.words
    assert filled.html.count("（统一补填）") == 6
    assert filled.fields()["overall:P010"] == [DK]

    again = press(phone, filled, "edit:overall:P010")
    changed = phone.post(again.form.action, again.fields() | {"overall:P010": [OK]})
    assert "已为 5 人补填" in changed.words

    undone = press(phone, changed, "undo")
    assert "还有 5 人未评" in undone.words
    assert undone.fields()["overall:P010"] == [OK]
    assert "overall:P009" not in undone.fields()
    assert phone.send(undone).status == 200, "blanks may stay"
    assert spent(small_site) == 1


def test_what_was_chosen_for_the_gaps_holds_whichever_button_is_pressed(small_site, phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, OK, OK, ""))
    back = phone.send(review, _gaps="back")
    assert len(back.form.checked) == 2
    filled = phone.send(review, _gaps="late")
    assert "核对选票" in filled.title
    assert spent(small_site) == 0
    asked = press(phone, review, "gaps")
    assert asked.status == 400
    assert "请在两项中选一项" in asked.words


def test_all_the_same_is_said_and_not_blocked(small_site, phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, OK))
    assert (review.status, "10 人均为“称职”，确认提交？" in review.words) == (200, True)
    assert phone.send(review).status == 200


def test_all_the_same_is_said_to_be_void_where_it_is(small_site, phone):
    rules = PLAIN | {"all_equal": "void"}
    page = phone.get(f"/t/{opened(small_site, rules=rules).code()}")
    review = phone.post(page.form.action, grades(page, OK))
    assert "对所有人评价相同的票将作废" in review.words
    assert "作废" not in phone.post(page.form.action, grades(page, EX, OK)).words


@pytest.mark.parametrize("dimensions", [1, 5])
def test_the_review_has_one_size_and_its_request_too(small_site, phone, dimensions):
    page = phone.get(f"/t/{opened(small_site, annual_review(dimensions, reasons=False), rules=PLAIN).code()}")
    reviews = []
    for values in ([OK], [EX, OK], [EX, DK], [POOR, EX, EX, DK], [DK]):
        fields = page.fields()
        for item in {name.split(":")[0] for name in page.form.choices}:
            fields |= {name: value for name, value in grades(page, *values, item=item).items() if ":" in name}
        reviews.append(phone.post(page.form.action, fields))
    assert {review.status for review in reviews} == {200}
    assert len({len(review.response.data) for review in reviews}) == 1
    assert len({sum(len(name) + len(v[0]) for name, v in review.fields().items()) for review in reviews}) == 1


# --- limits -----------------------------------------------------------------------------------------------------


def test_too_many_are_explained_with_figures_and_cannot_be_cast(small_site, phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, EX, EX, EX, EX, OK))
    assert review.status == 400
    assert review.title.startswith("错误：")
    assert "“优秀”最多 3 个，本票选了 4 个" in review.words
    assert 'class="main"' not in review.html, "nothing to cast with"
    form = press(phone, review, "edit")
    assert len(form.form.checked) == 10
    fixed = phone.post(form.form.action, form.fields() | {"overall:P004": [OK]})
    assert fixed.status == 200
    assert phone.send(fixed).status == 200
    assert spent(small_site) == 1


def test_a_forged_cast_over_the_limit_is_refused_and_keeps_its_answers(small_site, phone, review):
    forged = phone.send(review, overall__P004=EX)
    assert forged.status == 400
    assert "“优秀”最多 3 个，本票选了 4 个" in forged.words
    assert forged.fields()["overall:P004"] == [EX]
    assert forged.fields()["overall:P010"] == [DK]
    assert spent(small_site) == 0


def test_a_limit_that_voids_only_warns(small_site, phone):
    rules = PLAIN | {"limits": [FEW_EXCELLENT | {"breach": "void"}]}
    page = phone.get(f"/t/{opened(small_site, rules=rules).code()}")
    assert "否则作废" in page.words
    review = phone.post(page.form.action, grades(page, EX, EX, EX, EX, OK))
    assert review.status == 200
    assert "这样的票将作废" in review.words
    assert phone.send(review).status == 200


def test_at_least_so_many(small_site, phone):
    rules = PLAIN | {"limits": [{"item": "overall", "options": ["fair", "poor"], "least": 1}]}
    page = phone.get(f"/t/{opened(small_site, annual_review(reasons=False), rules=rules).code()}")
    assert "“基本称职或不称职”不少于 1 人" in page.words
    few = phone.post(page.form.action, grades(page, EX, OK))
    assert (few.status, "至少要有 1 个" in few.words) == (400, True)
    assert phone.post(page.form.action, grades(page, EX, POOR)).status == 200


# --- what people and attackers send -----------------------------------------------------------------------------


def test_nothing_answered_leads_back_to_the_page(small_site, phone, ballot):
    page = phone.send(ballot)
    assert page.status == 400
    assert "尚未作答" in page.words
    assert "1/10 丁秀英 总体评价" in page.words


def test_two_values_and_unknown_options(small_site, phone, ballot):
    for values, words in ((["1", "2"], "只能选一项"), (["9"], "选项无效")):
        page = phone.post(ballot.form.action, grades(ballot, OK) | {"overall:P002": values})
        assert (page.status, words in page.words) == (400, True)
        assert '<a href="#q-overall:P002">2/10 王秀英 总体评价' in page.html
        assert 'id="q-overall:P002"' in page.html
    assert spent(small_site) == 0


def test_persons_who_are_not_on_the_ballot_are_dropped(small_site, phone, ballot):
    review = phone.post(ballot.form.action, grades(ballot, EX, OK) | {"overall:P999": [EX], "team:U01": ["1"]})
    assert review.status == 200
    assert "P999" not in review.html
    assert "team:U01" not in review.fields()


def test_a_reason_is_required_for_the_lowest_grade_only(small_site, phone, ballot):
    page = phone.post(ballot.form.action, grades(ballot, POOR, OK))
    assert page.status == 400
    assert '<a href="#q-why:P001-1">1/10 丁秀英 总体评价 理由：此题必答，请作答</a>' in page.html
    opened_boxes = re.findall(r"<details[^>]* open>", page.html)
    assert len(opened_boxes) == 1
    assert "请勿写入可识别本人身份的内容" in page.words
    review = phone.post(page.form.action, page.fields() | {"why:P001": ["长期\n不到岗"], "why:P002": ["写错地方"]})
    assert review.status == 200
    assert "不到岗" in review.words
    assert "写错地方" not in review.words
    assert phone.send(review).status == 200


def test_a_required_grade_that_is_left_blank_cannot_be_cast(small_site, phone):
    items = [item | {"required": True} for item in review_items(1, reasons=False)]
    page = phone.get(f"/t/{opened(small_site, questionnaire(items, name='all-required')).code()}")
    review = phone.post(page.form.action, grades(page, OK, ""))
    assert (review.status, "还有 9 项必答的没有填" in review.words) == (400, True)
    filled = press(phone, review, "gaps", _gaps=["late"])
    assert filled.status == 200
    assert phone.send(filled).status == 200


@pytest.mark.parametrize(
    "order", ["clear:nobody", "edit:nobody", "edit:", "sheet:7", "sheet:x", "undo", "gaps", "what"]
)
def test_orders_that_mean_nothing_do_no_harm(small_site, phone, review, order):
    page = press(phone, review, order)
    assert page.status in (200, 400)
    assert page.fields()["overall:P001"] == [EX]
    assert spent(small_site) == 0


@pytest.mark.parametrize("mask", ["", "1" * 500, "x", "0000000001", "２"])
def test_a_forged_mark_of_late_answers_marks_only_what_is_so(phone, review, mask):
    page = press(phone, review, "lang:zh", _late=[mask])
    assert page.status == 200
    assert page.html.count("（统一补填）") <= 1
    assert page.fields()["overall:P001"] == [EX]


@pytest.mark.parametrize(("order", "seen"), [("lang:en", "Check your ballot"), ("size:huge", 'class="huge"')])
def test_switching_the_display_keeps_everything(small_site, phone, ballot, order, seen):
    form = phone.post(ballot.form.action, grades(ballot, EX, OK, "") | {"_switch": [order]})
    assert len(form.form.checked) == 2
    review = phone.send(form)
    filled = press(phone, review, "gaps", _gaps=["late"])
    assert seen in filled.html
    back = press(phone, filled, "lang:zh")
    assert "已为 8 人补填" in back.words
    assert phone.send(back).status == 200


def test_without_review_a_plain_ballot_is_cast_at_once_and_any_other_is_shown_first(small_site, phone):
    made = opened(small_site, review=False)
    page = phone.get(f"/t/{made.code()}")
    for values in ([EX, OK, ""], [OK], [EX, EX, EX, EX, OK]):
        assert "核对选票" in phone.post(page.form.action, grades(page, *values)).title
    assert spent(small_site) == 0
    assert "提交成功" in phone.post(page.form.action, grades(page, EX, OK)).title


def test_the_done_page_is_the_same_for_everybody(small_site):
    made = opened(small_site)
    pages = set()
    for ballot_class, mark in (("A", EX), ("B", OK), ("C", DK)):
        phone = small_site.phone()
        page = phone.get(f"/t/{made.code(ballot_class)}")
        pages.add(phone.send(phone.post(page.form.action, grades(page, OK, mark, OK))).response.data)
    assert len(pages) == 1
