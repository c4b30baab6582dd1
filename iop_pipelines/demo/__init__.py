"""The demo: real flights of 2013, replayed through the whole product."""
