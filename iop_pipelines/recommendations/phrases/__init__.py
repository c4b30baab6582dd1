"""What recommendations say, a module a language that bears its code: all say the same facts and share no grammar."""
