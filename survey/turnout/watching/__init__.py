"""Watching a running round (监测): what of the response may be shown, whether it is on pace, what needs somebody."""
