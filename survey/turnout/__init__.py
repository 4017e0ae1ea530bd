"""Response rates (回收率): every code in exactly one disposition. Reads codes only, never ballots."""
