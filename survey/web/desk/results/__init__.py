"""The room of a counted round's results (结果)."""

from survey.web.desk.results.pages import results

__all__ = ["results"]
