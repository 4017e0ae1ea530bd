"""The demonstration: real requests of simulated phones against a server of its own."""
