"""Engines: SQLite for one machine, PostgreSQL for everything larger; the same answers on both."""
