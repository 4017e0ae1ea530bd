"""Reports on paper: A4 in the look of GB/T 9704, one embedded font, the same bytes each time.

An office would set the title in 方正小标宋, the text in 仿宋_GB2312, headings in 黑体 and 楷体_GB2312.
Those fonts are not free; everything here is set in the project's own.
"""

from survey.reports.paper.bars import Bar, Bars, round_axis
from survey.reports.paper.sheet import Sheet

__all__ = ["Bar", "Bars", "Sheet", "round_axis"]
