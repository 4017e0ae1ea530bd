"""民声 Minsheng: opinions and secret ballots, turned into scores people can trust.

    questionnaire -> round -> codes -> ballots -> count -> score -> report
        问卷          测评批次  票码     票箱      计票     计分     报告

Each step is a room of its own; ``casting`` is the one door between codes and ballots, ``application``
puts everything together.
"""
