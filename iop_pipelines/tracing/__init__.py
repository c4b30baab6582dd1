"""One id from what somebody asked for to all that came of it: in rows, in runs, in the log and in traces."""
