"""Ratings of government services (好差评): plan, case, rating, and what follows a bad one.

Nothing here is secret: a rating belongs to one handled case, and the office that handled it sees who was not
satisfied with what. Ratings never go through codes, envelopes or counts of rounds.
"""
