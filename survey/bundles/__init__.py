"""Bundles (成果包): a score run with all that it was made of, signed, computed anew anywhere to the last digit."""
