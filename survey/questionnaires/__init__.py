"""STEP 1: what is asked (问卷): parsed, validated, frozen with a content hash."""
