"""Names that an intake gives; nothing here loads more than the standard library, for the API has them too."""

import re
import unicodedata

# The column of landed rows that tells their line in the file.
LINE = "source_line"


def slug(text: str, fallback: str) -> str:
    """A name of small letters, digits and lines below, which begins with a letter: at most 40 of them."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    if not name:
        return fallback
    return name if name[0].isalpha() else f"{fallback[:1]}_{name}"[:40]
