"""What people are told of, and what of it they have read."""
