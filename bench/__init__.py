"""The bench: what a visit, a batch of codes, a sheet and a count cost, beside what the machine could do at best.

    make bench                        everything, under four minutes
    .venv/bin/python -m bench --quick  a look, under one minute
    .venv/bin/python -m bench --json FILE

Compare rows of one run, not runs of two machines. Rounds are interleaved and medians shown.
"""
