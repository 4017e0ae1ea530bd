"""STEP 3: the urn (票箱): sealed envelopes of one size, without time, order or address."""
