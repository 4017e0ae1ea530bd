"""STEP 4: counting (计票): envelopes are opened, and every answer falls on its own pile. Reads ballots only."""
