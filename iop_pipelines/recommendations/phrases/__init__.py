"""What recommendations say, a module a language: both say the same facts and share no grammar."""
