"""STEP 2: who may answer, never who answered (票码)."""
