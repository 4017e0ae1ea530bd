"""The arithmetic of scoring: pure functions over exact numbers; no tables, no pages, no clock."""
