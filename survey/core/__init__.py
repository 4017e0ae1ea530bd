"""What every room may use: errors, the clock, random identifiers, numbers, keys. Imports nothing of ours."""
