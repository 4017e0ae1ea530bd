"""The worker: does long jobs, one file for each kind, and takes them up again where they stopped (后台)."""
