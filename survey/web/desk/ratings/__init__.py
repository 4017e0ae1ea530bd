"""Bad ratings of services (差评) at the desk: which are due, what follows, and the indicators."""

from survey.web.desk.ratings.pages import ratings

__all__ = ["ratings"]
