"""Who can see what (谁能看到什么): a statement on every column of every table; what no column could hold.

The page ``/who-sees-what`` is made of this, and a test sees that no column is without its statement.
"""

from survey.visibility.checks import DRAWERS, NEVER, blank_spots, never_stored
from survey.visibility.sights import Drawer, Reader, Sight, Until

__all__ = ["DRAWERS", "NEVER", "Drawer", "Reader", "Sight", "Until", "blank_spots", "never_stored"]
