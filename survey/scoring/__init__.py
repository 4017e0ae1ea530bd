"""STEP 5, scoring (计分): from a count to indices, rates, intervals and ranks, each with what explains it."""
