"""Dashboards: looked at, narrowed, followed down to their rows, and composed."""

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from browser_site import Site

PUNCTUALITY = "Punctuality in New York"
LATE = "Late arrivals by airline"


def _open(page: Page, name: str) -> None:
    page.goto("/dashboards")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def _panel(page: Page, title: str):
    panel = page.locator("section", has=page.get_by_role("heading", name=title, level=2))
    panel.scroll_into_view_if_needed()
    return panel


def _chart(page: Page, title: str):
    return _panel(page, title).get_by_role("slider")


def _asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _save(site: Site, **dashboard) -> int:
    """Saved by somebody else's program."""
    return site.call("ada", "dashboards.save", **dashboard)["id"]


def _table_panel(title: str) -> dict:
    config = {
        "version": 2,
        "source": "executions",
        "datasets": {"main": {"select": [{"field": "status"}, {"measure": "executions"}]}},
    }
    return {"title": title, "type": "table", "queryConfig": config}


def test_viewers_look_at_dashboards_and_find_nothing_to_change(viewer, check_access):
    _open(viewer, PUNCTUALITY)
    expect(_panel(viewer, "The last 7 days").get_by_text("Flights scheduled")).to_be_visible()
    for title in ("Departure delay, day by day", LATE, "Traffic by airline", "Wind and delay"):
        expect(_chart(viewer, title).locator("svg").first).to_be_visible()
    expect(_panel(viewer, "Airports and airlines").get_by_role("table")).to_be_visible()
    expect(viewer.get_by_role("link", name="Edit")).to_have_count(0)
    check_access(viewer)


def test_a_chart_is_read_by_keys_and_as_a_table(viewer):
    _open(viewer, PUNCTUALITY)
    chart = _chart(viewer, LATE)
    chart.focus()
    viewer.keyboard.press("ArrowRight")
    first = chart.get_attribute("aria-valuetext")
    assert re.search(r"\d\s%$", first or "")
    viewer.keyboard.press("End")
    expect(chart).not_to_have_attribute("aria-valuetext", first or "")
    viewer.get_by_role("button", name=f"Menu of {LATE}").click()
    _panel(viewer, LATE).get_by_role("button", name="Show as table").click()
    row = _panel(viewer, LATE).get_by_role("row").nth(1)
    airline, share = re.sub(r"\s%$", "", first or "").rsplit(": ", 1)
    expect(row).to_contain_text(airline)
    expect(row).to_contain_text(share)


def _marks(panel) -> int:
    return int(panel.locator("[data-marks]").get_attribute("data-marks"))


def test_a_line_tells_all_series_at_one_time_hides_them_and_zooms(viewer):
    _open(viewer, PUNCTUALITY)
    title = "Departure delay, day by day"
    panel, chart = _panel(viewer, title), _chart(viewer, title)
    expect(panel.locator("[data-marks]")).to_have_count(1)
    chart.focus()
    viewer.keyboard.press("ArrowRight")
    # The day, and a line for each airport, of which one is that of the mark.
    expect(panel.locator("[data-beside] > span")).to_have_count(4)
    expect(panel.locator("[data-chosen]")).to_have_count(1)

    every = _marks(panel)
    panel.get_by_role("button", name="JFK", exact=True).click()
    expect(panel.locator("[data-marks]")).to_have_attribute("data-marks", str(every * 2 // 3))
    alone = panel.get_by_role("button", name="Show only LGA, or all again")
    alone.click()
    expect(panel.locator("[data-marks]")).to_have_attribute("data-marks", str(every // 3))
    alone.click()
    expect(panel.locator("[data-marks]")).to_have_attribute("data-marks", str(every))

    chart.focus()
    viewer.keyboard.press("End")
    viewer.keyboard.down("Shift")
    for _ in range(3):
        viewer.keyboard.press("ArrowLeft")
    viewer.keyboard.up("Shift")
    expect(chart).to_have_attribute(
        "aria-valuetext", re.compile(r"\. Marked from .*\b25\b.* to .*\b28\b")
    )
    viewer.keyboard.press("Enter")
    expect(viewer.get_by_label("From")).to_have_value("2013-02-25")
    expect(viewer.get_by_label(re.compile("^To "))).to_have_value("2013-02-28")

    viewer.go_back()
    expect(panel.locator("[data-marks]")).to_have_attribute("data-marks", str(every))
    panel.scroll_into_view_if_needed()
    # A line itself keeps nothing from the pointer that is on it.
    x, y = panel.locator(".recharts-line-curve").first.evaluate(
        """line => {
          const { x, y } = line.getPointAtLength(line.getTotalLength() / 2);
          const at = new DOMPoint(x, y).matrixTransform(line.getScreenCTM());
          return [at.x, at.y];
        }"""
    )
    viewer.mouse.move(x, y)
    expect(panel.locator("[data-beside] > span")).to_have_count(4)
    box = panel.locator("[data-marks]").bounding_box()
    assert box is not None
    across, y = box["width"] / 58, box["y"] + box["height"] / 2
    # From the tenth day of the year to the twentieth, of the 59 that there are.
    viewer.mouse.move(box["x"] + 9 * across, y)
    viewer.mouse.down()
    for day in (12, 16, 19):
        viewer.mouse.move(box["x"] + day * across, y)
    expect(panel.locator("[data-span]")).to_have_count(1)
    viewer.mouse.up()
    expect(viewer.get_by_label("From")).to_have_value("2013-01-10")
    expect(viewer.get_by_label(re.compile("^To "))).to_have_value("2013-01-20")

    viewer.go_back()
    expect(panel.locator("[data-marks]")).to_have_attribute("data-marks", str(every))
    viewer.mouse.move(0, 0)
    expect(panel.locator("[data-beside]")).to_have_count(0)
    # A finger that stays reads.
    touch = _fingers(viewer, lambda day: (box["x"] + (day - 1) * across, y))
    touch("touchStart", 20)
    expect(panel.locator("[data-beside] > span")).to_have_count(4)
    touch("touchEnd")


def _fingers(page, place):
    """Lays fingers on days, moves or lifts them; `place` tells where a day is."""
    session = page.context.new_cdp_session(page)

    def touch(kind, *days):
        points = [
            dict(zip("xy", place(day), strict=True), id=number) for number, day in enumerate(days)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_a_pie_says_shares_of_the_whole(viewer, site):
    _open(viewer, PUNCTUALITY)
    engine = sa.create_engine(site.settings.database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT airline, SUM(flights) FROM prepared_flights_daily WHERE iop_to IS NULL"
                " AND date BETWEEN '2013-01-30' AND '2013-02-28' GROUP BY 1 ORDER BY 2 DESC"
            )
        ).all()
    engine.dispose()
    whole = sum(flights for _, flights in rows)
    shares = [(airline, 100 * flights / whole) for airline, flights in rows[:7]]
    shares.append(("All other airlines", 100 - sum(share for _, share in shares)))
    entries = _panel(viewer, "Traffic by airline").get_by_role("listitem")
    expect(entries).to_have_count(8)
    said = [re.sub(r"\s", " ", entry) for entry in entries.all_inner_texts()]
    for entry, (airline, share) in zip(said, shares, strict=True):
        assert airline in entry
        assert f"{share:.1f}" in entry


def test_period_and_filters_live_in_the_address_and_say_where_they_have_no_effect(viewer):
    _open(viewer, PUNCTUALITY)
    flights = _panel(viewer, "The last 7 days").locator("dd").first
    expect(flights).to_contain_text(re.compile(r"\d"))
    before = flights.inner_text()
    viewer.get_by_label("Period", exact=True).select_option("last_30_days")
    expect(flights).not_to_have_text(before)
    viewer.get_by_role("button", name="Filter", exact=True).click()
    viewer.get_by_label("Field").select_option("airline")
    viewer.get_by_role("checkbox", name=re.compile("JetBlue")).check()
    viewer.get_by_role("button", name="Apply").click()
    expect(_panel(viewer, "Wind and delay")).to_contain_text("The filter “airline” has no effect")
    assert _asked(viewer) == {"period": ["last_30_days"], "f": ["airline:JetBlue Airways"]}
    viewer.reload()
    expect(viewer.get_by_label("Period", exact=True)).to_have_value("last_30_days")
    panel = _panel(viewer, "Airports and airlines")
    rows = panel.get_by_role("row")
    panel.scroll_into_view_if_needed()
    expect(rows.nth(1)).to_contain_text("JetBlue")
    viewer.get_by_role("button", name=re.compile("Remove filter")).click()
    # A panel out of sight asks for nothing, and to press the button may have scrolled.
    panel.scroll_into_view_if_needed()
    expect(rows.filter(has_text="United")).not_to_have_count(0)
    assert _asked(viewer) == {"period": ["last_30_days"]}


def test_a_bar_leads_down_to_its_rows_and_the_way_leads_back(viewer, check_access, tmp_path):
    _open(viewer, PUNCTUALITY)
    _chart(viewer, LATE).focus()
    viewer.keyboard.press("ArrowRight")
    viewer.keyboard.press("Enter")
    expect(viewer.get_by_role("navigation", name="Breadcrumbs")).to_contain_text("Airline: ")
    viewer.get_by_label("Break down by").select_option(label="Origin")
    chart = viewer.get_by_role("slider")
    chart.focus()
    viewer.keyboard.press("Home")
    origin = (chart.get_attribute("aria-valuetext") or "").split(":")[0]
    viewer.keyboard.press("Enter")
    expect(viewer.get_by_role("navigation", name="Breadcrumbs")).to_contain_text(
        f"Origin: {origin}"
    )
    expect(viewer.get_by_role("table")).to_be_visible()
    check_access(viewer)

    with viewer.expect_download() as download:
        viewer.get_by_role("button", name="Download CSV").click()
    path = tmp_path / "rows.csv"
    download.value.save_as(path)
    text = Path(path).read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert rows
    assert {row["Origin"] for row in rows} == {origin}

    viewer.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").nth(1).click()
    expect(viewer.get_by_role("button", name="All rows")).to_be_visible()
    viewer.go_back()
    expect(viewer.get_by_role("table")).to_be_visible()


def test_pausing_stops_the_questions(viewer):
    _open(viewer, "Platform at work")
    expect(_panel(viewer, "Model executions").locator("dd").first).to_contain_text(
        re.compile(r"\d")
    )
    viewer.get_by_role("button", name="Pause").click()
    expect(viewer.get_by_role("status").filter(has_text="paused")).to_be_visible()
    viewer.get_by_role("button", name="Resume").click()
    expect(viewer.get_by_role("status").filter(has_text="paused")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/dashboards/999999", "Not found"),
        ("/dashboards/none", "Page not found"),
        ("/dashboards/1/panels/999999", "This panel no longer exists"),
    ],
)
def test_what_is_not_there_says_so(viewer, path, says):
    viewer.goto(path)
    expect(viewer.get_by_role("heading", name=says).first).to_be_visible()


def _undo_and_redo(page, titles):
    """By button and by keys, which in a text undo what was typed there."""
    both, one = ["Totals", "Delay by airline"], ["Delay by airline"]
    bar = page.get_by_role("main")
    bar.get_by_role("button", name="Undo", exact=True).click()
    expect(titles).to_have_text(one)
    expect(bar.get_by_text("The last change was undone.")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(titles).to_have_text(both)
    page.keyboard.press("Control+Shift+z")
    expect(titles).to_have_text(one)
    bar.get_by_role("button", name="Redo", exact=True).click()
    expect(titles).to_have_text(both)
    expect(bar.get_by_role("button", name="Redo", exact=True)).to_be_disabled()
    # Whoever works by keys is left on a button that can be pressed.
    expect(bar.get_by_role("button", name="Undo", exact=True)).to_be_focused()


def _undo_within_a_panel(page):
    """The fields are those of the step that is shown."""
    axis = page.get_by_label("X axis")
    chosen = axis.input_value()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(axis).not_to_have_value(chosen)
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(axis).to_have_value(chosen)


def test_admins_compose_arrange_and_save(admin, open_as, check_access):
    admin.goto("/dashboards/new")
    admin.get_by_role("button", name="Bar", exact=True).click()
    expect(admin.get_by_role("slider")).to_be_visible()
    admin.get_by_label("Panel title").fill("Delay by airline")
    admin.get_by_label("Measure", exact=True).select_option(label="Departure delay")
    admin.get_by_label("X axis").select_option(label="Airline")
    expect(admin.get_by_role("slider")).to_be_visible()
    _undo_within_a_panel(admin)

    admin.get_by_role("button", name="Add a condition").click()
    condition = admin.get_by_role("group", name="Only rows where")
    condition.get_by_label("Field").select_option(label="Flights scheduled")
    condition.get_by_label("Value").fill("many")
    expect(condition.get_by_role("alert")).to_contain_text("many")
    condition.get_by_label("Value").fill("2")
    expect(condition.get_by_role("alert")).to_have_count(0)
    check_access(admin)

    admin.get_by_role("button", name="JSON").click()
    query = admin.get_by_label("Query as JSON")
    config = json.loads(query.input_value())
    assert config["datasets"]["main"]["select"] == [{"field": "airline"}, {"measure": "dep_delay"}]
    assert {"field": "flights", "op": "eq", "value": 2} in config["where"]["and"]
    config["datasets"]["main"]["select"][1] = {"measure": "dep_dely"}
    query.fill(json.dumps(config))
    expect(admin.get_by_role("alert")).to_contain_text("dep_delay")
    config["datasets"]["main"]["select"][1] = {"measure": "dep_delay"}
    for key in ("sort", "top"):
        del config["datasets"]["main"][key]
    query.fill(json.dumps(config))
    admin.get_by_role("button", name="Form").click()
    expect(admin.get_by_label("Measure", exact=True)).to_have_value("measure dep_delay")
    admin.get_by_role("button", name="Done").click()

    admin.get_by_role("button", name="Figures", exact=True).click()
    admin.get_by_label("Panel title").fill("Totals")
    admin.get_by_role("button", name="Done").click()
    admin.get_by_role("button", name="Move earlier: Totals").press("Enter")
    admin.get_by_role("button", name="Wider: Totals").click()
    titles = admin.locator("ol h2")
    expect(titles).to_have_text(["Totals", "Delay by airline"])
    admin.get_by_role("button", name="Remove: Totals").click()
    expect(titles).to_have_text(["Delay by airline"])
    message = admin.get_by_role("status").filter(has_text="“Totals” was removed")
    message.get_by_role("button", name="Undo").click()
    expect(titles).to_have_text(["Totals", "Delay by airline"])
    _undo_and_redo(admin, titles)

    admin.set_viewport_size({"width": 1280, "height": 720})
    admin.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(admin.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
    check_access(admin)
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("alert").first).to_be_visible()
    admin.get_by_label("Name").fill("Composed by hand")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("heading", name="Composed by hand", level=1)).to_be_visible()

    viewer = open_as("vera", urlsplit(admin.url).path)
    expect(viewer.get_by_role("heading", level=2)).to_have_text(["Totals", "Delay by airline"])


def test_two_who_edit_the_same_overwrite_nothing(admin, site):
    panel = _table_panel("Runs")
    ours = _save(site, name="Shared", panels=[panel])
    admin.goto(f"/dashboards/{ours}/edit")
    admin.get_by_label("Description").fill("Mine")
    _save(site, id=ours, name="Shared", description="Theirs", panels=[panel])
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("heading", name="Somebody else saved this dashboard")).to_be_visible()
    admin.get_by_role("button", name="Save mine as a copy").click()
    expect(admin.get_by_role("heading", name="Shared (copy)", level=1)).to_be_visible()
    expect(admin.get_by_text("Mine", exact=True)).to_be_visible()
    admin.goto(f"/dashboards/{ours}")
    expect(admin.get_by_text("Theirs", exact=True)).to_be_visible()


def test_the_browsers_back_asks_before_changes_are_lost(admin, site):
    ours = _save(site, name="Not saved yet", panels=[_table_panel("Runs")])
    admin.goto("/reports")
    admin.get_by_role("link", name="Dashboards").click()
    admin.get_by_role("link", name="Not saved yet").click()
    admin.get_by_role("link", name="Edit").click()
    admin.get_by_label("Name").fill("Another name")
    for _ in range(2):
        admin.go_back()
        expect(admin.get_by_role("heading", name="Leave without saving?")).to_be_visible()
        assert admin.url.endswith(f"/dashboards/{ours}/edit")
        admin.get_by_role("button", name="Keep editing").click()
        expect(admin.get_by_label("Name")).to_have_value("Another name")
    admin.go_back()
    admin.get_by_role("dialog").get_by_role("button", name="Discard changes").click()
    expect(admin.get_by_role("heading", name="Not saved yet", level=1)).to_be_visible()
    assert admin.url.endswith(f"/dashboards/{ours}")


def test_leaving_asks_and_deleting_asks(admin, site):
    ours = _save(site, name="Short-lived", panels=[_table_panel("Runs")])
    admin.goto(f"/dashboards/{ours}/edit")
    admin.get_by_label("Name").fill("Another name")
    admin.get_by_role("link", name="Reports").click()
    expect(admin.get_by_role("heading", name="Leave without saving?")).to_be_visible()
    admin.get_by_role("button", name="Keep editing").click()
    expect(admin.get_by_label("Name")).to_have_value("Another name")
    admin.get_by_role("button", name="Delete dashboard").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete dashboard").click()
    expect(admin.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
    expect(admin.get_by_role("link", name="Short-lived")).to_have_count(0)
