"""Small letters, the same on every database and without one."""


def small_letters(text: str) -> str:
    """Letter by letter, as databases do it: neither neighbours nor a language change the outcome."""
    return "".join("i" if char == "İ" else char.lower() for char in text)
