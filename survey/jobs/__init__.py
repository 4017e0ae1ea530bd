"""Long jobs (任务): what is to be done, how far it is, and which files came of it. ``worker`` does the work."""
