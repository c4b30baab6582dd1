"""notifications.list: where a page begins is the caller's to send, so it may be anything."""

import pytest

from iop_pipelines.errors import InvalidInput


@pytest.mark.parametrize(
    "moment", ["0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "2026-02-30T25:61:00Z"]
)
def test_a_cursor_of_no_moment_is_refused_by_its_name(api, moment: str) -> None:
    with pytest.raises(InvalidInput, match=r"^cursor: is no cursor of this list"):
        api.call("notifications.list", cursor=f"{moment}~model~1")
    assert api.call("notifications.list", cursor="2026-02-28T23:59:59Z~model~1")["items"] == []
