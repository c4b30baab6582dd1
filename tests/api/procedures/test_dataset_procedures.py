"""datasets.*: what was delivered, what became of it, how good it was, which rows were refused."""

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.schema.tables import dataset_versions, datasets, rejected_rows


def refuse(api, count=3):
    """Rows of the latest version of flights_daily that a step refused; the version's id."""
    latest = api.call("datasets.runs", name="flights_daily", limit=1)[0]["versionId"]
    rows = [
        {
            "dataset_version_id": latest,
            "step": "cast",
            "reason": "no number",
            "row": {"flights": str(n)},
        }
        for n in range(count)
    ]
    api.write(rejected_rows.insert(), rows)
    return latest


def test_what_the_platform_says_of_its_own_dataset_comes_in_french_and_a_declarations_words_do_not(
    api,
):
    by_name = {each["name"]: each for each in api.call("datasets.list")}
    assert by_name["flights_daily"]["translations"] is None
    own = by_name["pipeline_runs"]
    assert own["description"].startswith("The DRM runs themselves")
    said = {
        "description": "Les traitements DRM eux-mêmes\u00a0: durée, retard, échecs\u00a0; une ligne par traitement."
    }
    assert own["translations"] == {"fr": said}
    one = api.call("datasets.get", name="pipeline_runs")
    assert one["translations"] == {"fr": {**said, "sourceWarning": None}}


def test_runs_scores_and_refused_rows_are_listed_newest_first(api):
    runs = api.call("datasets.runs", name="flights_daily", limit=1000)
    ids = [each["id"] for each in runs]
    assert ids == sorted(ids, reverse=True)
    prepared = [each for each in runs if each["versionId"] is not None]
    assert prepared
    assert all(each["dataVersion"] and each["prepared"] for each in prepared)
    assert not prepared[0]["windowStart"].endswith("Z")
    assert api.call("datasets.runs", name="flights_daily", limit=1, cursor=ids[0]) == runs[1:2]
    by_rows = api.call("datasets.runs", name="flights_daily", limit=1000, sort="rows")
    rows = [each["rowsIngested"] for each in by_rows]
    counted = [each for each in rows if each is not None]
    assert rows == sorted(counted, reverse=True) + [None] * (len(rows) - len(counted))
    by_status = api.call("datasets.runs", name="flights_daily", limit=1000, sort="status")
    order = ["success", "running", "failed"]
    assert [each["status"] for each in by_status] == sorted(
        (each["status"] for each in runs), key=order.index
    )
    assert {each["status"] for each in runs} >= {"success", "failed"}
    oldest = api.call("datasets.runs", name="flights_daily", limit=2, sort="run", isAscending=True)
    assert [each["id"] for each in oldest] == ids[:-3:-1]
    scores = api.call("datasets.quality", name="flights_daily", limit=1000)
    assert {"completeness", "validity", "uniqueness", "timeliness"} < set(scores[0])
    assert [each["id"] for each in scores] == sorted((e["id"] for e in scores), reverse=True)
    latest = {}
    for each in reversed(scores):
        latest[each["runId"]] = each["score"]
    assert {e["id"]: e["qualityScore"] for e in runs if e["qualityScore"] is not None} == latest
    version_id = refuse(api)
    (newest, *_) = api.call("datasets.rejected", name="flights_daily", limit=3)
    assert (newest["versionId"], newest["step"], newest["row"]) == (
        version_id,
        "cast",
        {"flights": "2"},
    )
    of_version = api.call("datasets.rejected", versionId=version_id, limit=1000)
    assert of_version[:3] == api.call("datasets.rejected", name="flights_daily", limit=3)
    assert (
        api.call("datasets.rejected", versionId=version_id, limit=1, cursor=newest["id"])
        == of_version[1:2]
    )
    prepared = [
        e for e in api.call("datasets.runs", name="flights_daily") if e["prepared"] == "prepared"
    ]
    assert all(each["rowsOut"] > 0 and each["rowsIn"] >= each["rowsOut"] for each in prepared)


def test_of_one_run_the_latest_version_is_shown(api):
    first = api.call("datasets.runs", name="flights_daily", limit=1)[0]
    query = sa.select(dataset_versions).where(dataset_versions.c.id == first["versionId"])
    row = dict(api.rows(query)[0]._mapping)
    del row["id"]
    again = api.insert(
        dataset_versions, **{**row, "data_version": "f" * 32, "declaration_version": 99}
    )
    assert api.call("datasets.runs", name="flights_daily", limit=1)[0]["versionId"] == again


def test_a_dataset_is_shown_with_its_declaration_fields_and_quality(api):
    shown = api.call("datasets.get", name="flights_daily")
    listed = {each["name"]: each for each in api.call("datasets.list")}["flights_daily"]
    assert {name: shown[name] for name in listed} == listed
    assert shown["declaration"]["name"] == "flights_daily"
    assert shown["time"] == "date"
    schema = api.call("datasets.schema", name="flights_daily")
    assert (shown["fields"], shown["measures"]) == (schema["fields"], schema["measures"])
    assert shown["quality"] == api.call("datasets.quality", name="flights_daily", limit=1)[0]
    unused = api.call("datasets.get", name="airport_daily")
    assert unused["latest"] is None


def test_drms_own_runs_are_all_runs_there_are(api):
    runs = api.call("datasets.runs", name="pipeline_runs", limit=1000)
    of_flights = api.call("datasets.runs", name="flights_daily", limit=1000)
    assert {each["id"] for each in of_flights} < {each["id"] for each in runs}


@pytest.mark.parametrize("path", ["get", "runs", "quality", "rejected"])
def test_a_dataset_that_is_not_there_is_not_found(api, path):
    with pytest.raises(NotFound, match="'nowhere'"):
        api.call(f"datasets.{path}", name="nowhere")


def fail_latest(api, said: Sentence) -> int:
    """The newest version of flights_daily as a worker leaves one that it could not prepare."""
    latest = api.call("datasets.runs", name="flights_daily", limit=1)[0]["versionId"]
    values = {"status": "failed", "failed_at": utc_now(), "usable_pct": 70.2}
    failed = dataset_versions.update().where(dataset_versions.c.id == latest)
    api.write(failed.values(**values, **kept(said, "error_msg")))
    return latest


REFUSED = Sentence("delivery.refused", refused=31, delivered=104, most=20, reasons=["x"])


def test_a_refused_delivery_is_told_in_every_place_and_is_accepted_once(api):
    assert api.call("dashboard.stats")["quality"]["unprepared"] == []
    version_id = fail_latest(api, REFUSED)

    (listed,) = [e for e in api.call("datasets.list") if e["name"] == "flights_daily"]
    (told,) = listed["unprepared"]
    assert (told["versionId"], told["isRefused"], told["usablePct"]) == (version_id, True, 70.2)
    assert told["reason"] == str(REFUSED)
    assert told["translations"]["fr"]["reason"].startswith("31 des 104 lignes livrées")
    assert api.call("datasets.get", name="flights_daily")["unprepared"] == [told]
    quality = api.call("dashboard.stats")["quality"]
    assert quality["unprepared"] == [told]
    assert quality["usableByDataset"]["flights_daily"] == 100
    (run,) = api.call("datasets.runs", name="flights_daily", limit=1)
    assert (run["prepared"], run["isRefused"], run["usablePct"]) == ("failed", True, 70.2)
    (note,) = [
        each for each in api.call("notifications.list")["items"] if each["kind"] == "dataset"
    ]
    assert (note["title"], note["event"]) == ("flights_daily", "refused")
    api.call("notifications.markRead", ids=[note["id"]])
    (read,) = [e for e in api.call("notifications.list")["items"] if e["id"] == note["id"]]
    assert (note["isRead"], read["isRead"]) == (False, True)

    flights = sa.select(datasets.c.id).where(datasets.c.name == "flights_daily")
    of_flights = dataset_versions.c.dataset_id.in_(flights)
    api.write(dataset_versions.update().where(of_flights).values(phase=Phase.DONE))
    assert api.call("datasets.get", name="flights_daily")["preparing"] is None
    total = len(api.rows(sa.select(dataset_versions.c.id).where(of_flights)))
    first = api.call("datasets.accept", versionId=version_id)
    again = api.call("datasets.accept", versionId=version_id)
    assert (first["isNew"], again["isNew"]) == (True, False)
    left = api.call("datasets.get", name="flights_daily")["preparing"]
    (listed,) = [e for e in api.call("datasets.list") if e["name"] == "flights_daily"]
    assert left == listed["preparing"] == {"done": total - 1, "total": total}
    assert api.call("dashboard.stats")["quality"]["unprepared"] == []
    assert not [e for e in api.call("notifications.list")["items"] if e["kind"] == "dataset"]


def test_what_could_not_be_prepared_for_another_reason_is_told_but_not_accepted(api):
    why = Sentence("reference.no_such_table", name="rates")
    version_id = fail_latest(api, why)
    (told,) = api.call("datasets.get", name="flights_daily")["unprepared"]
    assert (told["isRefused"], told["reason"]) == (False, str(why))
    with pytest.raises(Conflict, match="cannot be accepted; preparing it failed"):
        api.call("datasets.accept", versionId=version_id)
    with pytest.raises(NotFound):
        api.call("datasets.accept", versionId=999_999)
