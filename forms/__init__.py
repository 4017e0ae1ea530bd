"""Flask-WTF forms: they know rules and limits, never tables."""
