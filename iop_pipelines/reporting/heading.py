"""What a template says about itself on each of its reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """Its name, its text, and when it is made."""

    name: str
    description: str = ""
    schedule: str | None = None
