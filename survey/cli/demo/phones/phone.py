"""One phone: the six ways in which people, and machines, meet a printed code."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random

from .browser import Browser, GaveUp, Page
from .jobs import Behaviour, Outcome
from .opinion import fill
from .page import Form, read_forms

_OK, _BAD, _FORBIDDEN, _NOT_FOUND, _GONE, _FAULT = 200, 400, 403, 404, 410, 500
DONE = ("提交成功", "Submitted, thank you")
USED = ("此码已使用", "This code has been used")
_MOST_CORRECTIONS = 3

Pairs = list[tuple[str, str]]
Letter = tuple[str, Pairs]


class Surprised(Exception):
    """The server answered as it must not; the text names the step and the status, never a code or an answer."""


class Closed(Exception):
    """The round takes no answers now."""


class Phone:
    """A phone with one code; ``steps`` notes how long each request took."""

    def __init__(
        self,
        new_browser: Callable[[], Browser],
        path: str,
        lean: float,
        draw: Random,
        most_best: Mapping[str, int] | None = None,
    ) -> None:
        self.new_browser = new_browser
        self.browser = new_browser()
        self.path = path
        self.lean = lean
        self.draw = draw
        self.most_best = most_best
        self.steps: list[tuple[str, float]] = []

    def act(self, behaviour: Behaviour) -> tuple[Outcome, str]:
        """Do what the behaviour says; return how it ended, and the surprise if there was one."""
        ways: dict[Behaviour, Callable[[], Outcome]] = {
            "honest": self.honest,
            "double_submit": self.double_submit,
            "second_voter": self.second_voter,
            "wrong_code": self.wrong_code,
            "abandoned": self.abandoned,
            "scanner": self.scanner,
        }
        try:
            return ways[behaviour](), ""
        except Closed:
            return "not_open", ""
        except Surprised as surprise:
            return "refused", f"{behaviour}: {surprise}"
        except GaveUp as error:
            return "failed", f"{behaviour}: no answer ({error})"
        finally:
            self.browser.close()

    def honest(self) -> Outcome:
        """Open, answer, review, cast."""
        self.cast(self.prepare())
        return "cast"

    def double_submit(self) -> Outcome:
        """Cast the same form twice at once and once more later: the same done page each time."""
        letter = self.prepare()
        others = [self.new_browser(), self.new_browser()]
        with ThreadPoolExecutor(len(others)) as hands:
            pages = list(hands.map(lambda browser: browser.post(*letter), others))
        pages.append(self.browser.post(*letter))
        for browser in others:
            browser.close()
        for page in pages:
            self.expect(page, "casting twice", DONE)
        if len({page.text for page in pages}) != 1:
            message = "casting twice: the done pages differ"
            raise Surprised(message)
        return "cast"

    def second_voter(self) -> Outcome:
        """Let a second person open the same code before the first casts; only the first ballot may count."""
        first, second = self.prepare(), self.prepare()
        self.cast(first)
        self.expect(self.browser.post(*second), "second ballot", USED)
        self.expect(self.browser.get(self.path), "opening a used code", USED)
        return "cast"

    def wrong_code(self) -> Outcome:
        """Mistype one digit."""
        place = self.path.rindex("/") + 1 + self.draw.randrange(len(self.path) - self.path.rindex("/") - 1)
        digit = str((int(self.path[place]) + self.draw.randint(1, 9)) % 10)
        page = self.timed("open", lambda: self.browser.get(self.path[:place] + digit + self.path[place + 1 :]))
        if page.status != _NOT_FOUND:
            message = f"mistyped code: {page.status}"
            raise Surprised(message)
        return "unknown_code"

    def abandoned(self) -> Outcome:
        """Answer everything, look at it again, and put the phone away."""
        self.prepare()
        return "unspent"

    def scanner(self) -> Outcome:
        """Look at the link as a chat's previewer does."""
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            page = self.browser.get(self.path, method)
            if page.status >= _FAULT:
                message = f"{method}: {page.status}"
                raise Surprised(message)
        return "unspent"

    def prepare(self) -> Letter:
        """Open, answer and review; return the last form, ready to be sent."""
        page = self.timed("open", lambda: self.browser.get(self.path))
        if page.status in (_FORBIDDEN, _GONE):
            raise Closed
        if page.status != _OK:
            message = f"opening: {page.status}"
            raise Surprised(message)
        form, letter = self.answered(page, leave_blanks=True)
        for _ in range(_MOST_CORRECTIONS):
            if letter[0].lower() == self.path.lower():
                return letter
            page = self.timed("review", lambda letter=letter: self.browser.post(*letter))  # type: ignore[misc]
            ready = self.ready_to_cast(page) if page.status == _OK else None
            if ready is not None:
                return ready
            if page.status not in (_OK, _BAD):
                break
            form, letter = self.answered(page, leave_blanks=False)
        message = f"review: {page.status} with {len(form.fields)} fields"
        raise Surprised(message)

    def answered(self, page: Page, *, leave_blanks: bool) -> tuple[Form, Letter]:
        """Fill in the page's questionnaire; return it and what its button sends."""
        for form in read_forms(page.text, self.path):
            target = form.button_to("/review") or form.button_to(self.path)
            if form.method == "post" and form.asks() and target is not None:
                pairs = fill(form, self.lean, self.draw, leave_blanks=leave_blanks, most_best=self.most_best)
                return form, (target[0], pairs + target[1])
        message = f"no questionnaire on the page ({page.status})"
        raise Surprised(message)

    def ready_to_cast(self, page: Page) -> Letter | None:
        """Return the review page's last form, if its button casts."""
        for form in read_forms(page.text, self.path):
            target = form.button_to(self.path)
            if form.method == "post" and target is not None:
                return target[0], form.carried() + target[1]
        return None

    def cast(self, letter: Letter) -> None:
        """Send the last form; the done page is the only acknowledgement."""
        self.expect(self.timed("cast", lambda: self.browser.post(*letter)), "casting", DONE)

    def timed(self, step: str, ask: Callable[[], Page]) -> Page:
        """Ask, and note how long it took with all tries."""
        start = time.perf_counter()
        page = ask()
        self.steps.append((step, time.perf_counter() - start))
        return page

    @staticmethod
    def expect(page: Page, step: str, words: tuple[str, ...]) -> None:
        """Raise unless the page says one of the sentences."""
        if page.status in (_FORBIDDEN, _GONE) and not any(word in page.text for word in words):
            raise Closed
        if not any(word in page.text for word in words):
            message = f"{step}: {page.status}"
            raise Surprised(message)
