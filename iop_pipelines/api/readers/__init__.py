"""Processes that compute what is heavy, in turns, so that nobody waits for what somebody else asked."""
