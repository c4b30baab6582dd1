"""An instance without any data: nothing of it fails, it shows the way, and a dropped file ends in advice."""

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from browser_site import DESKTOP, Site
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from onnx_files import weekly_model

pytestmark = pytest.mark.whole_product

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data" / "nyc_flights_daily.csv.gz"
# Every page that has an address of its own, and one of each kind of thing that is not there.
PAGES = [
    *("/", "/recommendations", "/dashboards", "/dashboards/new", "/reports", "/reports/new"),
    *("/models", "/models/new", "/executions", "/datasets", "/datasets/pipeline_runs"),
    *("/notifications", "/users", "/audit", "/settings", "/more", "/add"),
    *("/recommendations/1", "/dashboards/1", "/reports/1", "/models/1", "/executions/1", "/add/1"),
]
# A worker has to take it, prepare it and score it.
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole product on a home where nothing is yet but people."""
    site = Site(tmp_path_factory.mktemp("empty") / "home")
    upgrade(site.settings.database_url)
    site.add_people()
    site.start()
    yield site
    site.stop()
    engine_for(site.settings.database_url).dispose()


@pytest.fixture(scope="module")
def cancelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cancelled flights a day and airport of 2013, day first, as a European would have them."""
    sums: dict[tuple[str, str], int] = {}
    with gzip.open(DATA, "rt") as lines:
        for row in csv.DictReader(lines):
            key = row["date"], row["origin"]
            sums[key] = sums.get(key, 0) + int(row["cancelled"])
    path = tmp_path_factory.mktemp("files") / "Cancelled flights.csv"
    body = [f"{'/'.join(reversed(day.split('-')))};{who};{n}" for (day, who), n in sums.items()]
    path.write_text("\n".join(["Day;Airport;Cancelled", *body, "31/02/2013;JFK;1"]))
    return path


def test_before_there_is_data_no_page_fails(open_as: Callable[..., Page]) -> None:
    faults: list[str] = []

    def note(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{page.url}: {response.status} {response.url}")
        if "/api/trpc/" in response.url and response.status == 207:
            answers = json.loads(response.text())
            codes = [each["error"]["data"]["httpStatus"] for each in answers if "error" in each]
            faults.extend(f"{page.url}: {code} in {response.url}" for code in codes if code >= 500)

    page = open_as("ada", viewport=DESKTOP)
    page.on("response", note)
    for path in PAGES:
        page.goto(path)
        expect(page.locator("main h1")).to_be_visible()
        # Home keeps a stream open.
        if path != "/":
            page.wait_for_load_state("networkidle")
        expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert faults == []


def test_home_shows_the_way_to_whoever_may_go_it(
    open_as: Callable[..., Page], check_access: Callable[[Page], None], site: Site
) -> None:
    admin = open_as("ada")
    steps = admin.get_by_role("list", name="Three steps").get_by_role("listitem")
    expect(steps).to_have_count(3)
    check_access(admin)
    admin.get_by_role("link", name="Add data").click()
    expect(admin).to_have_url(f"{site.url}/add")
    viewer = open_as("vera")
    expect(viewer.get_by_text("An administrator can do that: ada, admin, grace.")).to_be_visible()
    expect(viewer.get_by_role("link", name="Add data")).to_have_count(0)
    viewer.goto("/add")
    expect(viewer.get_by_text("Ask one of them: ada, admin, grace.")).to_be_visible()
    check_access(viewer)


def test_a_file_is_dropped_and_ends_in_the_first_recommendation(
    open_as: Callable[..., Page], check_access: Callable[[Page], None], cancelled: Path
) -> None:
    page = open_as("ada", "/add")
    check_access(page)
    data = page.evaluate_handle(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'Cancelled flights.csv'));
          return data;
        }""",
        cancelled.read_text(),
    )
    page.locator("main [class*=drop]").first.dispatch_event("drop", {"dataTransfer": data})
    expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
    expect(page.get_by_text("1 Jan 2013 to 31 Dec 2013")).to_be_visible()
    expect(page.get_by_text("3, by Airport")).to_be_visible()
    expect(page.get_by_role("heading", name="Rejected rows: 1")).to_be_visible()
    expect(page.get_by_role("cell", name="31/02/2013 | JFK | 1")).to_be_visible()
    check_access(page)

    page.get_by_text("Change what was guessed").click()
    countries = page.get_by_label("Country whose public holidays hold")
    expect(countries.locator("option[value=DE]")).to_have_text("Germany")
    page.get_by_label("Column that says when").select_option("Cancelled")
    expect(page.get_by_text("This cannot be loaded as it is")).to_be_visible()
    check_access(page)
    page.get_by_label("Column that says when").select_option("")
    page.get_by_label("Name of the dataset").fill("cancellations")
    expect(page.get_by_text("cancellations", exact=True)).to_be_visible()

    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("list", name="On the way to advice")).to_be_visible()
    check_access(page)
    first = page.get_by_role("link", name="Open the first recommendation")
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("1,096 rows are in the dataset “cancellations”.")).to_be_visible()
    check_access(page)
    first.click()
    expect(page.locator("main h1")).to_contain_text("Cancelled")
    page.goto("/")
    expect(page.get_by_role("heading", name="To review")).to_be_visible()


def test_several_files_of_one_table_are_sent_as_one(
    open_as: Callable[..., Page], tmp_path: Path, cancelled: Path
) -> None:
    head, *rows = cancelled.read_text().splitlines()
    parts = [tmp_path / f"flights_{number}.csv" for number in (1, 2)]
    for path, share in zip(parts, (rows[:600], rows[600:]), strict=True):
        path.write_text("\n".join([head, *share]))
    page = open_as("ada", "/add")
    page.get_by_label("Choose files").set_input_files(parts)
    expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
    expect(page.get_by_text("1 Jan 2013 to 31 Dec 2013")).to_be_visible()
    expect(page.get_by_text("3, by Airport")).to_be_visible()
    expect(page.get_by_role("heading", name="Rejected rows: 1")).to_be_visible()
    page.goto("/add")
    empty = tmp_path / "nothing.csv"
    empty.touch()
    page.get_by_label("Choose files").set_input_files([*parts, empty])
    expect(page.get_by_text("nothing.csv is empty.")).to_be_visible()


def test_data_of_2013_is_shown_by_its_own_last_days(open_as: Callable[..., Page]) -> None:
    """After the test above: on the dashboard that came with the file, and where another period is chosen."""
    page = open_as("ada", "/dashboards", viewport=DESKTOP)
    page.get_by_role("link", name="Cancellations").click()
    page.get_by_label("Period", exact=True).select_option("last_30_days")
    ended = page.get_by_text("Data until 31 Dec 2013.")
    expect(ended.first).to_be_visible()
    page.get_by_role("button", name="Show 3 Oct 2013 to 31 Dec 2013").first.click()
    expect(ended).to_have_count(0)
    assert "from=2013-10-03&to=2013-12-31" in page.url
    page.goto("/dashboards/new")
    page.get_by_role("button", name="Bar").click()
    expect(page.get_by_text("The last stretch with data.")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("2013-10-03")


def test_without_a_network_it_says_so(open_as: Callable[..., Page]) -> None:
    page = open_as("ada", "/add")
    expect(page.get_by_text("Choose files")).to_be_visible()
    # Its script is fetched once the page stands.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. A file can be sent")).to_be_visible()
    expect(page.locator("input[type=file]")).to_be_disabled()


def test_a_file_on_its_way_can_be_stopped(
    open_as: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"day,n\n" + b"2026-01-01,1\n" * 3_000_000)
    page = open_as("ada", "/add")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 500_000},
    )
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_role("progressbar", name="Sending large.csv")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing was kept.")).to_be_visible()
    expect(page.get_by_text("Choose files")).to_be_visible()
    waiting = site.read("ada", "intake.waiting")
    assert [each for each in waiting if each["name"] == "large.csv"] == []


def _visits(first: int, count: int, unusual: dict[tuple[str, int], int]) -> str:
    """Days of four shops, from that one on: a week that comes again, noise, and what some of them have besides."""
    lines = ["Day,Shop,Visits"]
    for day in range(first, first + count):
        for place, shop in enumerate(("North", "South", "East", "West")):
            noise = 37 * (day + 30 * place) ** 2 % 61
            number = 500 + 40 * (day % 7) + noise + unusual.get((shop, day), 0)
            lines.append(f"{date(2025, 1, 1) + timedelta(day)},{shop},{number}")
    return "\n".join(lines)


def test_from_a_file_to_a_model_of_ones_own_its_backtest_and_its_first_live_finding(
    open_as: Callable[..., Page], check_access: Callable[[Page], None], tmp_path: Path, site: Site
) -> None:
    """A CSV and an ONNX file; the slider, the promotion, and a delivery with a day as none before."""
    past, next_days, weekly = (tmp_path / n for n in ("visits.csv", "more.csv", "weekly.onnx"))
    # The second is seldom enough for a budget of .04 a week, as its chance is .0015 among four series a day.
    past.write_text(_visits(0, 300, {("North", 230): 400, ("South", 150): 95}))
    next_days.write_text(_visits(300, 7, {("West", 302): 600}))
    weekly.write_bytes(weekly_model().SerializeToString())
    page = open_as("ada", "/add", viewport=DESKTOP)
    _load(page, past, "1,200 rows are in the dataset “visits”.")

    page.goto("/models/new")
    page.get_by_label("Name").fill("a-week-ago")
    page.get_by_label("Type", exact=True).select_option("ml")
    page.get_by_label("Runtime").select_option("onnx")
    page.get_by_role("combobox", name="Dataset").select_option("visits")
    page.get_by_role("group", name="One series per").get_by_label("shop").check()
    page.get_by_label("Choose a file").set_input_files(past)
    refused = page.get_by_text("'visits.csv' is no ONNX file; export the model to ONNX")
    expect(refused).to_be_visible()
    check_access(page)
    page.get_by_label("Choose a file").set_input_files(weekly)
    expect(page.get_by_text(re.compile(r"^weekly\.onnx \(.+\) is stored\.$"))).to_be_visible()
    expect(refused).to_have_count(0)
    parts = page.get_by_role("table", name="What the file takes and gives").get_by_role("row")
    expect(parts).to_have_text(
        ["PartNameNumbers per rowType", "Inputx8float32", "Outputscore1float32"]
    )
    expect(page.get_by_text("“x” takes 8 numbers per row and would get 1")).to_be_visible()
    page.get_by_label("Earlier periods given with each").fill("7")
    expect(page.get_by_text("“x” gets 8 numbers per row")).to_be_visible()
    page.get_by_label("Trigger").select_option("dataset_update")
    check_access(page)
    page.get_by_role("button", name="Register as a draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a-week-ago v1.0.0")

    page.get_by_role("link", name="Backtest").click()
    page.get_by_role("button", name="Run a backtest").click()
    sentence = page.get_by_text(re.compile(r"^From .+ this would have told you "))
    expect(sentence).to_be_visible(timeout=PATIENCE_MS)
    slider = page.get_by_role("slider", name="Alerts a week")
    told = page.get_by_role("table", name="What it would have told").get_by_role("row")
    counts = []
    for key in ("Home", "End"):
        slider.focus()
        slider.press(key)
        expect(slider).to_have_attribute("aria-valuetext", {"Home": "0.02", "End": "100"}[key])
        counts.append(told.count())
    assert counts[0] < counts[1]
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Promote").click()
    expect(page.get_by_text("Active", exact=True).first).to_be_visible()

    page.goto("/add")
    _load(page, next_days, "28 rows are in the dataset “visits”.", "visits")
    page.goto("/recommendations?model=a-week-ago")
    first = page.get_by_role("link", name="Unusual day for West on 30 Oct 2025")
    first.click()
    expect(page.get_by_role("link", name="a-week-ago v1.0.0")).to_be_visible()
    check_access(page)


def _load(page: Page, file: Path, ended: str, dataset: str | None = None) -> None:
    """As a person does, up to the advice that comes of it."""
    page.get_by_label("Choose files").set_input_files(file)
    expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
    if dataset is not None:
        page.get_by_text("Change what was guessed").click()
        page.get_by_label("Name of the dataset").fill(dataset)
        expect(page.get_by_text("is there already: the file adds to it")).to_be_visible()
    page.get_by_role("button", name="Load", exact=True).click()
    # It is there once all models have said what they found.
    first = page.get_by_role("link", name="Open the first recommendation")
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(ended)).to_be_visible()
