"""Who people are: accounts and their roles, sign-in and its limits, sessions and their tokens."""
