"""Sentences in English, the language of logs, of the command line and of the text columns."""

from collections.abc import Mapping, Sequence

DECIMAL = "."
THOUSANDS = ","
BEGINS_LARGE = True
JOINTS: Mapping[str, str] = {"or": " or ", "and": " and ", "then": "; ", "lines": "\n", "at": " "}
DATE = "{day} {month} {year}"
MONTHS: Sequence[str] = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_MONTHS: Sequence[str] = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
WEEKDAYS: Sequence[str] = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


def is_one(number: float) -> bool:
    return number == 1


SENTENCES: Mapping[str, str] = {
    "account.disabled": "this account is disabled",
    "aggregate.needs_numbers": "{label!r} is a {kind}; {aggregate} needs numbers",
    "answer.needs_memory": (
        "this needs more than {megabytes} MB of memory; choose a shorter period or add conditions"
    ),
    "answer.takes_too_long": (
        "this takes longer than {limit_s:g} s; choose a shorter period or add conditions"
    ),
    "answer.too_large": "the answer is larger than {megabytes} MB; ask for fewer rows or columns",
    "audit.not_written": (
        "the audit trail cannot be written; nothing was changed, try again in a moment"
    ),
    "backtest.cancelled": "the backtest was cancelled; nothing of it is kept",
    "backtest.force_without_reason": "to promote model {label} without a backtest, say why",
    "backtest.forced": "promoted without a backtest: {reason}",
    "backtest.gave_up": "{count} attempts ended without a result; look at the log of the worker",
    "backtest.is_open": "a backtest of this version is running with other settings; wait for it, or cancel it",
    "backtest.needed": "there is no finished backtest of model {label}: make one first and look at what it would have told, or force the promotion with a reason",
    "backtest.no_history": "{name} has no prepared data yet: there is nothing to replay",
    "backtest.no_line": "no line is kept of the series {series!r}",
    "backtest.not_found": "there is no backtest with id {id}",
    "backtest.nothing_judged": "nothing could be judged: the model reads {history:,} periods before a delivery and needs {needed:,}; give it more history, or a longer period",
    "backtest.nothing_there": "there is no data of the model from {start:date} to {end:date}",
    "backtest.of_the_system": "{name} is read where it is and has no history to replay",
    "backtest.outside": "the period has none of the history, which is from {start:date} to {end:date}",
    "backtest.rival_failed": "the active version {version} could not be replayed beside it: {reason}",
    "backtest.too_large": "the period has {rows:,} rows; a backtest takes {most:,}: choose a shorter one",
    "backtest.too_many": "{most} backtests are waiting already; try again when some have ended",
    "batch.mixed": "one batch cannot mix {kinds:and}",
    "batch.needed": "streaming needs a batch (?batch=1); a batch of one will do",
    "batch.not_an_object": 'the input of a batch is an object such as {{"0": …, "1": …}}',
    "batch.subscription": "{path} is a subscription: not in a batch",
    "batch.too_many_calls": "a batch has at most {most} calls, not {count}",
    "body.too_large": "the body is larger than {most} bytes",
    "brand.colour": "{colour!r} is no colour; write it as #0b4f8a",
    "brand.contrast": "{colour} can hardly be read on white: its contrast is {contrast}, and {least} is the least; choose a darker one",
    "brand.has_doctype": "it has a DOCTYPE or entities; save it as a plain drawing",
    "brand.has_element": "it has {name!r}, which a logo may not have; save it as a plain drawing of paths",
    "brand.logo_too_large": "the logo {name} is larger than {most_kb} kB; save it smaller",
    "brand.no_logo": "there is no logo {name} in the folder that IOP_BRAND_FOLDER names; put it there, or leave the logo out",
    "brand.no_picture": "the logo {name} can not be printed: {why}",
    "brand.not_png": "it is no PNG",
    "brand.not_svg": "it is no SVG",
    "brand.of_instance": "brand.json in IOP_BRAND_FOLDER: {said}",
    "brand.repeats": "it draws parts of itself too many times; save it as a plain drawing of paths",
    "brand.too_many_pixels": "it has {wide:,} × {high:,} pixels, and at most {most:,} × {most:,} are printed; save it smaller",
    "broker.no_url": (
        "IOP_EVENT_BROKER_URL is not set; set it to amqp://… to consume and publish events"
    ),
    "calendar.ends_wrongly": "ends on {end:date}; what begins on {start:date} ends then or later, within {most} days",
    "calendar.event_is_one_of": "has {given:and}; an event comes on dates, or as every says, or from a csv: leave one",
    "calendar.event_without_day": "does not say when it is: give dates, every or csv",
    "calendar.event_without_name": "has no name, by which people would know it",
    "calendar.file_lacks_column": "{name} has no column {column!r}; it has {known!r}",
    "calendar.file_line": "{name}, line {line}: {said}",
    "calendar.file_missing": "there is no file {name!r} of events in UTF-8 beside the declaration",
    "calendar.file_says_it": "{keys:and} stand in the file that csv names: leave them out here",
    "calendar.file_too_long": "{name} has more than {most:,} events",
    "calendar.file_unread": "the events of {name!r} are read with the declaration's file, from beside it; give them as dates here",
    "calendar.last_day": "{day} is the calendar's last day",
    "calendar.last_hour": "{day} is the calendar's last hour",
    "calendar.last_month": "{day} is the calendar's last month",
    "calendar.last_quarter": "{day} is the calendar's last quarter",
    "calendar.last_week": "{day} is the calendar's last week",
    "calendar.last_year": "{day} is the calendar's last year",
    "calendar.no_category": "{country} has no holidays of the category {name}",
    "calendar.no_country": "there are no holidays of a country {name}",
    "calendar.no_subdivision": "{country} has no subdivision {name}",
    "calendar.no_subdivisions": "holidays of {country} are the same everywhere, and it has no subdivision {name}: leave it out",
    "calendar.no_such_day": "is {day}; month {month} has at most {most} days",
    "calendar.rule_is_no_day": "names no day; give day, or weekday and nth",
    "caller.gone": "the caller went away",
    "caller.waits_no_longer": "nobody waits for this any longer",
    "cast.factor": "is {factor}; it must be above 0 and at most {most}",
    "cast.join_and_source": "join stands in place of source: leave one of them out",
    "cast.join_of_one": "join is of 2 to 6 columns; for one alone write `source: {source}`",
    "cast.only_for": "{key} is for {kinds:and}; {name!r} is read as {to}: leave it out",
    "cast.share_of_integer": (
        "a share of 1 is no whole number: read it as number, or write `percent: points`"
    ),
    "cast.sign_of_two": "{sign!r} is among currency too: leave it out of one",
    "cast.signs_alike": (
        "decimal and thousands are both {sign!r}; give the other sign to one of them"
    ),
    "cast.without_join": "separator belongs to join, which is not given",
    "cast.word_of_both": "{word!r} is among true_words and false_words",
    "cast.word_unknown": "{word!r} is among null_values too: it cannot be both known and unknown",
    "cast.words_alone": "{there} needs {missing} beside it",
    "change.recent_too_short": (
        "recent is {recent}; a change is seen only after min_size = {min_size} periods"
    ),
    "changes.added": "{count:,} {count:row|rows} new",
    "changes.changed": "{count:,} {count:row|rows} changed",
    "changes.figure": "{label} {old}, now {new}",
    "changes.figure_of": "{label} of {row} {old}, now {new}",
    "changes.gone": "{count:,} {count:row|rows} gone",
    "changes.in_table": "{table}: {said}",
    "changes.more": "and {count:,} other {count:figure|figures}",
    "changes.not_compared": "{table} differs; {count:,} rows are too many to compare",
    "chart.axis_is_cut": "the axis of values does not begin at zero",
    "chart.bars_and_rest": "{shown:,} of {total:,} bars and the others as one",
    "chart.bars_as_line": "drawn as a line, since more than {most:,} bars would not be told apart",
    "chart.bars_of": "{shown:,} of {total:,} bars",
    "chart.by": "{y} by {x}",
    "chart.described": "A {kind} of {of}: {said}.",
    "chart.empty": "An empty {kind}.",
    "chart.first_of_several": "some bars have several rows; the first of each is drawn",
    "chart.negative_parts": "drawn as bars, since negative values are no parts of a whole",
    "chart.no_parts": "drawn as bars, since these values do not add up to a whole",
    "chart.no_place": "{count:,} {count:row|rows} without a value for the horizontal axis {count:is|are} not drawn",
    "chart.no_slice": "{count:,} {count:value|values} of zero or not known {count:has|have} no slice",
    "chart.no_such_column": "{name!r} is not a column of {table}; it has {known!r}",
    "chart.of_the_first": "drawn from the first {rows}",
    "chart.others": "{count} others",
    "chart.series_and_rest": "{shown:,} of {total:,} series and the others as one",
    "chart.series_of": "{shown:,} of {total:,} series",
    "chart.thinned": "{total:,} points are drawn as {shown:,}; the lowest and highest are kept",
    "chart.top": "top {shown:,} of {total:,}",
    "chart.values": "{count} values, from {low} to {high}",
    "chart.values_in_series": "{count} values in {series} series, from {low} to {high}",
    "chart.x_not_number": "x is {x!r}, a {kind}; it must be a number",
    "chart.y_not_number": "y is {y!r}, a {kind}; it must be a number",
    "check.breaks": "{where} breaks {rule} in {failed} of {rows} rows",
    "check.breaks_first": "{said} (first: {row})",
    "check.column": "column {name}",
    "check.frame": "the frame",
    "check.keeps": "{where} keeps {rule} in {rows} rows",
    "checks.aborted": "Great Expectations could not compute {aborted}",
    "child.died_too_often": "{said}\nIt died {count} times in a row; IOP stops.",
    "child.ended": "the {name} ended with code {status}; the end of {log}:\n{end}",
    "claim.lost": "attempt {attempt} lost its claim while it ran",
    "clock.no_replay": (
        "IOP_CLOCK is drm, but the shared database has no replay's clock; `iop demo` makes one"
    ),
    "column.bucket": "a bucket belongs to a field without agg",
    "column.compare": "compare belongs to a measure or an agg",
    "column.computed": "a computed column has compute and as, and neither field nor measure nor agg",
    "column.empty": "name a field or a measure",
    "column.measure_and_field": "a column is a measure, or a field with or without agg, not both",
    "column.other_type": (
        "{table}.{column} holds {held} values and the declaration says {wanted}; give the "
        "field another name"
    ),
    "columns.called_alike": "two columns are called {name!r}; give one another name with 'as'",
    "columns.no_such": "{owner} has no column {name!r}; it has {known}",
    "compare.needs_period": "a comparison needs a period among the conditions",
    "compare.periods": "{period} against {earlier}",
    "compare.too_many_groups": "a comparison holds at most {most:,} groups; add conditions or fewer fields",
    "compare.unpaired": "nothing stands beside {moments:and} of the earlier period",
    "compare.unpaired_here": "nothing of the earlier period stands beside {moments:and}",
    "comparison.between_both": "between needs [lowest, highest], both included",
    "comparison.between_two": "between needs [lowest, highest]",
    "comparison.field_or_left": "a comparison has either field or left",
    "comparison.in_period_needs_period": "in_period needs a period",
    "comparison.kinds_differ": "{other!r} is a {other_kind}; {label!r} is a {kind}",
    "comparison.list_length": "a list holds 1 to {most} values",
    "comparison.needs_list": "{op} needs a list",
    "comparison.needs_one_value": "{op} needs one value",
    "comparison.needs_text": "{op} needs a text",
    "comparison.needs_text_field": "{op} needs a text field",
    "comparison.needs_value": "{op} needs a value; for NULL use is_null or not_null",
    "comparison.period_without_in_period": "{{from, to}} is a period: use in_period",
    "comparison.takes_no_value": "{op} takes no value",
    "comparison.takes_one_value": "{op} takes one value, not a list",
    "condition.parameter": "takes a parameter, which only queries have",
    "condition.past": "asks for earlier periods, which only rules know",
    "conditions.too_many_values": "the conditions compare with more than {most:,} values in lists",
    "config.lacks_dataset": "config.dataset: no dataset has all of its input's columns: {columns}",
    "config.lacks_measures": "config.input.measures: which measures of the dataset it models",
    "config.lacks_runtime": "config.runtime: the method, {known:or}",
    "config.needed": (
        "no dataset has the columns {columns!r}, so config must name what the model reads; "
        "there are {known}"
    ),
    "connection_params.not_json": "connectionParams is not JSON",
    "connection_params.not_strings": "connectionParams must be an object of strings",
    "cron.day_of_month": "day of month",
    "cron.day_of_week": "day of week",
    "cron.hour": "hour",
    "cron.minute": "minute",
    "cron.month": "month",
    "cron.no_such_day": "{text!r} names a day that no year has",
    "cron.part_out_of_range": "cron's {name} is {given!r}; it can be {lowest} to {highest}",
    "cron.wrong_length": "{text!r} has {count} fields; cron needs five",
    "currency.rates_lack_columns": "currency: the rates lack the columns {columns!r}",
    "cursor.not_of_this_list": "is no cursor of this list: {error}",
    "dagster.address_needs": "the address needs {name}",
    "dagster.event_not_json": "an asset event is posted as application/json, or in the address",
    "dagster.no_log": "{path} is no log: /logs/KEY/out or /logs/KEY/err",
    "dagster.no_run": "there is no Dagster run {id}",
    "dagster.not_a_run_id": "{text} is not the id of a Dagster run",
    "dagster.not_there": "{state}; try again in a moment",
    "dagster.read_by_admins": "only an admin may read {name}",
    "dagster.reported_by_admins": "only an admin reports asset events",
    "dagster.unknown_storage": (
        "Dagster keeps its events in {storage}, which retention does not know; storage in "
        "dagster.yaml is InstanceStorage"
    ),
    "dagster.viewer_reads": "a viewer reads; this changes something",
    "dashboard.exists": "a dashboard {name!r} exists",
    "dashboard.not_named": "there is no dashboard {name}",
    "dashboard.not_found": "there is no dashboard with id {id}",
    "dashboard.saved_already": (
        "dashboard {name!r} is at version {now} by now, not {then}: somebody else saved it"
    ),
    "dask.lost": "the Dask scheduler {url} stopped answering while it had parts of the series; nothing of the execution was stored",
    "dask.missing": "IOP_PANEL_DASK is set, but Dask is not installed; install it by: {command}",
    "dask.no_tls_file": "{path} is not there; the folder of IOP_PANEL_DASK_TLS has ca.crt, tls.crt and tls.key",
    "dask.no_worker": "no worker is connected to the Dask scheduler {url} since {seconds} s; start one by: dask worker {url} --nthreads 1",
    "dask.other_build": "the Dask worker {worker} has another release of IOP, Python or its packages, and could answer otherwise; start it from the installation that the instance has",
    "dask.silent": "the Dask scheduler {url} does not answer ({error}); start it, or correct IOP_PANEL_DASK (unset it to judge all series on this machine)",
    "dask.worker_ended": "{times} workers of the Dask scheduler {url} ended at the same part of the series, as those do that have too little memory; give each more, or lower IOP_PANEL_ROWS",
    "data_version.no_such_name": (
        "there is no data version {name!r}; give its id, or eight digits or more of it"
    ),
    "data_version.not_found": "no data version with id {id}",
    "data_version.not_one": "several data versions begin with {name!r}; give more digits",
    "data_version.not_prepared": "data version {version} of {name} is {status}, not prepared",
    "data_version.not_prepared_for": (
        "data version {version} of {name} is {status}, not prepared: {why}"
    ),
    "dataset.breaks_model": "{label}: {why}",
    "dataset.breaks_models": (
        "active models ask {name} for what this declaration no longer has; deprecate them or give it back: "
        "{models:then}"
    ),
    "dataset.declared_anew": (
        "dataset {name} was declared anew: what was made by declaration {version} is not written, {latest} counts"
    ),
    "dataset.declared_differently": (
        "dataset {name} version {version} is declared differently already; raise its version, or "
        "`iop dataset replace FILE` prepares what was delivered again"
    ),
    "dataset.no_such_id": "no dataset with id {id}",
    "dataset.no_such_version": "dataset {name} has no data version {version}",
    "dataset.not_among": "no dataset {name!r}; there are {known}",
    "dataset.of_the_system": "{name} is the platform's own dataset: it is neither replaced nor deleted",
    "dataset.other_source": (
        "dataset {name} is prepared from {source}, not from {given}: what was delivered is not there; declare a "
        "dataset of another name"
    ),
    "dataset.was_deleted": "dataset {name} was deleted",
    "dataset.in_use": (
        "{models:and} read {name}: delete them too with `iop dataset delete {name} --with-models`, or deprecate them first"
    ),
    "dataset.not_found": "there is no dataset {name!r}",
    "dataset.older_version": "dataset {name} is at version {there}; version {version} is older",
    "dataset.unknown": "no dataset {name}",
    "dataset.without_measures": "dataset {name!r} declares no measure",
    "dataset.without_version": "dataset {name} has no data version yet",
    "day.last_of_calendar": "{day!r} is the calendar's last day",
    "day.number": "{day}",
    "days.both": "{days}, if it is a {weekdays:or}",
    "days.either": "{days} and {weekdays}",
    "days.every": "every day",
    "days.in_months": "{days} in {all:and}",
    "days.last_of_month": "on the last day of every month",
    "days.in_weeks": "{days}, every {count:week|{count} weeks} from the week of {day:date}",
    "days.last_of_quarter": "on the last day of every quarter",
    "days.of_quarter": "on day {day} of the first month of every quarter",
    "days.of_year": "every year on {day} {month}",
    "days.or_last": "{days}, or on its last day where it has none such",
    "days.nth_of_month": "on the {nth} {weekday} of every month",
    "days.of_month": "on {count:day|days} {all:and} {of}",
    "days.span_of_month": "on days {first} to {last} {of}",
    "deleting.at_work": (
        "{count} {count:piece|pieces} of work on it {count:is|are} not ended yet: try again in a moment"
    ),
    "delivery.all_prepared": "all that was delivered is prepared, or was delivered again",
    "delivery.came": "it was delivered",
    "delivery.failed_otherwise": (
        "data version {version} was not refused, so it cannot be accepted; preparing it failed: {why}"
    ),
    "delivery.made_whole": "it was delivered again, and is whole",
    "delivery.missing": "nothing has been delivered since {last} UTC; deliveries came {rhythm}, so the next was due by {due} UTC",
    "delivery.name_taken": "the delivery has a column {name!r} already: choose another name",
    "delivery.no_longer_expected": "no delivery is expected any more",
    "delivery.no_such_column": "DRM delivered no column {source!r}; it has {known!r}",
    "delivery.nothing_left": "none of the {delivered:,} delivered rows can be used: {reasons}",
    "delivery.reason": "{said} ({count:,} {count:row|rows})",
    "delivery.refused": (
        "{refused:,} of {delivered:,} delivered rows are refused, at most {most} % may be: {reasons}"
    ),
    "delivery.short": "the delivery for {day} brought {rows:,} {rows:row|rows}, where {usual:,} are usual; of the {compared} compared with it, the smallest had {least:,}",
    "delivery.still_being_prepared": (
        "data version {version} is still being prepared; it can be accepted once it is refused"
    ),
    "delivery.whole_again": "a later delivery has its usual number of rows",
    "demo.not_ended": "{what} did not end within {timeout_s:.0f} s",
    "derive.not_computed": "derive: {why}",
    "derive.other_type": "derive: {name} is declared {type} and is computed as another",
    "doing.advising": "making recommendations",
    "doing.advising_owed": "making recommendations that are owed",
    "doing.backtesting": "backtesting {label}",
    "doing.beginning": "beginning",
    "doing.beginning_run": "beginning its Dagster run",
    "doing.checking_input": "checking the input of {label}",
    "doing.checking_output": "checking the output of {label}",
    "doing.delivering": "delivering {name}",
    "doing.generating": "generating the report {name!r}",
    "doing.going_on": "going on with its Dagster run",
    "doing.loading_upload": "loading the file {name!r}",
    "doing.mirroring": "mirroring what has ended",
    "doing.preparing": "preparing {name}",
    "doing.reading_input": "reading the input of {label}",
    "doing.running": "running model {label}",
    "doing.running_part": "running model {label}, part {done} of {parts}",
    "doing.scoring_forecasts": "comparing earlier forecasts with what came",
    "doing.storing": "storing the output of {label}",
    "doing.telling": "telling of {label}",
    "doing.throwing_away": "throwing away what is old",
    "drm.lacks_dataset": "DRM's catalogue has no dataset {name}",
    "drm.no_such_dataset": "DRM's catalogue has no dataset {name!r}",
    "drm_api.answered": "DRM's API answers {procedure} with {status}",
    "drm_api.no_list": "DRM's API answers {procedure} with no list of objects",
    "drm_api.no_url": "IOP_DRM_API_URL is not set; set it to https://…",
    "drm_api.not_trpc": "DRM's API answers {procedure} with no tRPC result",
    "drm_api.refused": "DRM's API refuses {procedure} with {status}; see IOP_DRM_API_TOKEN",
    "drm_api.silent": "DRM's API does not answer {procedure}: {error}",
    "drm_api.too_large": "DRM's API answers {procedure} with more than {most} bytes",
    "drm_api.unended": "DRM's API has not ended its answer to {procedure} after {limit_s:g} s",
    "drm_copy.database_in_use": (
        "{url} holds DRM's tables already; set IOP_DRM_DATABASE_URL to a database of IOP's "
        "own, or unset IOP_DRM_API_URL"
    ),
    "drm_copy.dataset_missing": "DRM's catalogue lacks dataset {dataset!r} of DRM run {run}",
    "drm_copy.other_source": (
        "the copy is of {source}, not of {url}; a new copy needs a new database"
    ),
    "drm_copy.wrong_row_count": "DRM's API gives {count} rows of DRM run {run}, which has {ingested}",
    "drm_run.not_ended": "DRM run {id} has not ended; it is {status}",
    "drm_run.not_found": "there is no DRM run {id}",
    "drm_run.without_version": "DRM run {id} is {status}; it has no data version",
    "error.raised": "{type}: {said}",
    "error.told": "{text}",
    "event.breaks_schema": "{said}",
    "event.no_queue": "no queue is bound to {exchange} for {event_type}: {said}",
    "event.no_such_moment": "{text!r} is no moment that there is",
    "event.no_such_type": "no type of event {event_type!r}; there are {known}",
    "event.not_an_object": "the message is a JSON {type}; an event is an object",
    "event.not_json": "the message is no JSON text in UTF-8: {error}",
    "event.too_large": "the message has {count} bytes; an event has {most} at most",
    "event.unknown_type": "{event_type} is no type of event here; there are {known}",
    "execution.held_too_long": "no sufficient data quality score came within {hours:g} hours",
    "execution.no_such_series": "execution {id} has no series {series!r} with measure {measure!r}",
    "execution.not_found": "there is no execution with id {id}",
    "execution.not_prepared": "its data could not be prepared: {why}",
    "execution.superseded": (
        "held for its data quality until DRM run {id} delivered the window again"
    ),
    "field.periods_cut": "each row of {label!r} is a whole period of the data, which this bucket would cut in two: group by a longer one, or begin the fiscal year or the week where a period of the data begins",
    "field.has_no_hours": "{label!r} is a date and has no hours",
    "field.left_as_other": (
        "{name!r} is declared {wanted} and the last step leaves it as {found}: declare "
        "`type: {found}`, or {fix}"
    ),
    "field.not_a_time": "{label!r} is a {kind}, not a time",
    "field.not_declared": "{name!r} is not among the fields {known!r}",
    "field.reserved": "names that begin with iop_ are IOP's own",
    "fields.no_such": "{owner} has no field {name!r}; it has {known}",
    "file.empty": "{name} holds nothing; a mapping is needed",
    "file.exists": "{path} is there already, and is not written over; give another --file",
    "file.not_written": "{path} cannot be written: {error}",
    "file.is_list": "{name} holds a list; a mapping is needed",
    "file.is_value": "{name} holds a value; a mapping is needed",
    "file.key_twice": "{name}: the key {key!r} is given twice",
    "file.no_yaml": "{name} is no YAML: {error}",
    "file.no_yaml_at_all": "{name}: is no YAML: {said}",
    "file.not_found": "there is no file {path}",
    "file.not_json": "{name}, line {line}, column {column}: is no JSON: {said}",
    "file.not_utf8": (
        "{name}, line {line}: the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
    ),
    "file.not_yaml": "{name}, line {line}, column {column}: is no YAML: {said}",
    "file.unreadable": "{path} cannot be read: {why}",
    "file.wrong_suffix": "{path} ends in {suffix!r}; it can be .json, .yaml or .yml",
    "fill.needs_bucket": "fill belongs to a bucket",
    "fill.needs_period": "gaps are filled within a period: add one on the field that is grouped by time",
    "fill.of_one_bucket": "fill belongs to one bucket of a table of measures, without top and having",
    "fill.too_many": "with its gaps filled the table has more than {most:,} rows; choose a shorter period or a longer bucket",
    "filter.all": "{all:and}",
    "filter.any": "{all:or}",
    "filter.between": "{label} between {lowest} and {highest}",
    "filter.contains": "{label} contains {value}",
    "filter.day": "{day:day}",
    "filter.eq": "{label} is {value}",
    "filter.false": "no",
    "filter.ge": "{label} ≥ {value}",
    "filter.gt": "{label} > {value}",
    "filter.in": "{label} is one of {values}",
    "filter.in_period": "{label}: {period}",
    "filter.is_null": "{label} is empty",
    "filter.keeps": "{label}: {values}",
    "filter.le": "{label} ≤ {value}",
    "filter.lt": "{label} < {value}",
    "filter.ne": "{label} is not {value}",
    "filter.no_field": "{source} has no field {name!r}",
    "filter.no_time": "{source} has no time of its own",
    "filter.not": "not ({said})",
    "filter.not_in": "{label} is none of {values}",
    "filter.not_null": "{label} is not empty",
    "filter.number": "{number:exact}",
    "filter.starts_with": "{label} starts with {value}",
    "filter.true": "yes",
    "filter.unless": "unless ({said})",
    "finding.no_longer_shown": "the restated data no longer show it",
    "finding.not_found_again": "not found in {count} later {count:execution|executions}",
    "fix.compare": "compare it with one",
    "fix.declare_number": "declare `type: number, integer or boolean`",
    "fix.declare_text": "declare `type: string`",
    "fix.derive": "let {step} derive a {type} for it",
    "fix.give_types": "give {step} `types: {{{name}: {type}}}`",
    "fix.name_another": "name a column that is, of {known}",
    "fix.none": "no column there is",
    "fix.read_as": "let {step} read it as `to: {type}`",
    "forecast.floor_not_below_ceiling": "floor {floor:g} is not below ceiling {ceiling:g}",
    "forecast.no_calendar": "there are no public holidays of {name}",
    "forecast.no_next_period": "events without a step have no next period to forecast",
    "forecast.not_fitted": (
        "the series could not be fitted within {seconds:g} s: give a fit more seconds or shorten the history"
    ),
    "forecast.seasons_not_rising": "the seasons {given} must rise, each given once",
    "foreign.fill_too_large": "missing_value is {value:g}, and the model takes float32: choose a value within ±3.4e38",
    "foreign.inputs_needed": "the model takes several inputs, {names:and}: say which measures each takes",
    "foreign.missing_value": "a fixed value for what is missing needs missing = value and missing_value, both or neither",
    "foreign.no_inputs": "the model says that it has no inputs; it needs at least one, of rows of numbers",
    "foreign.no_number": "the model answers no number to {given:and}; it has to answer each row of known numbers by one",
    "foreign.other_columns": "the output has {columns:,} columns and column is {column}; choose one from 0 on, or leave it empty where there is only one",
    "foreign.other_inputs": "the model takes {known:and}, not {given:and}",
    "foreign.other_rows": "the model answers with the shape {shape} to {rows:,} rows; it has to answer each row by one",
    "foreign.other_width": "the input {name!r} takes {width:,} numbers a row, and is given {count:,}: one for each measure of each period; change the measures or lags",
    "foreign.output_needed": "output is {given}; choose one of {known:or}",
    "foreign.score_of_both_sides": "of a score one side is unusual: choose above or below as direction",
    "foreign.threshold_of_expected": "a threshold is for scores; an expected value is told by alerts a week and min_effect",
    "form.country": "a country of two capital letters, such as NG",
    "form.country_of_three": "a country of two or three capital letters, such as NG",
    "form.currency": "a currency of three capital letters, such as NGN",
    "form.name": "a name of at most 63 small letters, digits and _, beginning with a letter",
    "form.pattern": "of the form {pattern}",
    "form.reference_table": "a reference table of DRM, whose name begins with drm_ref_",
    "form.sign": "1 to 16 signs, none of them a digit, a space or one of `. , ' _ ( ) % + -`",
    "form.version": "a version such as v1.0.0",
    "format.needs": "{text!r} must have {needed:or} too",
    "format.no_directive": "{text!r} has {directive!r}, which is no directive; there are {known}",
    "format.offset_of_date": (
        "{text!r} says a moment in a time zone, which is another date in other zones: "
        "read it as datetime"
    ),
    "format.rivals": "{text!r} has {directives:and}, which say the same: leave one",
    "format.twice": "{text!r} has {directive} twice",
    "format.two_readings": (
        "{text!r} is {first} by {one!r} and {second} by {other!r}: leave one of the two formats"
    ),
    "format.unknown": "no format {name}; a format has directives, such as %d.%m.%Y",
    "formula.no_such_measure": "{place}: {name!r} is no measure that a formula can use; those are {known:or}",
    "formula.number": "{number} in the formula {given!r} is too large or too small; it can be up to 1e300",
    "formula.of_formulas": "{name} is computed itself; a formula is of other measures",
    "formula.wrong": "{given!r} is no formula; it has names of measures, numbers, + - * / and brackets",
    "freq.unknown": "freq is {freq!r}; it can be h, D, W, MS or None",
    "given.empty": "is empty",
    "given.list": "is a list",
    "given.mapping": "is a mapping",
    "given.null": "is null",
    "given.value": "is {shown}",
    "graphql.body": "the body",
    "graphql.by_post": "GraphQL is answered to POST only",
    "graphql.message": "the message",
    "graphql.message_too_large": "a message is text of at most 100 kB",
    "graphql.must_be_object": "{name}: must be an object",
    "graphql.must_be_text": "{name}: must be a text",
    "graphql.no_json": "{what} is not JSON",
    "graphql.no_object": "{what} is a JSON object",
    "graphql.no_query": "{what} has no query",
    "graphql.not_in_body": "GraphQL is posted in the body, not in the address",
    "graphql.not_json": "GraphQL is posted as application/json",
    "graphql.not_valid": "{said}",
    "graphql.one_operation": "one operation a request: {what} is a JSON object",
    "graphql.too_many": (
        "more than {count} queries a second for too long; try again in {wait_s} s, or ask "
        "for more in one query"
    ),
    "group.not_found": "there is no group {name}",
    "having.and_rest": "conditions on measures leave groups out, and a row of all others would show them; leave one of both",
    "having.needs_groups": "conditions on measures are about groups: select a measure",
    "having.no_such_column": "there is no measure {name} among the columns",
    "history.among": "{count} known periods among {window} are needed",
    "history.before": "{count} known periods before the scored one are needed, more after gaps",
    "history.known": "{count} known periods are needed",
    "history.nothing": "nothing is needed",
    "history.recent": "a known value in the last {count} periods is needed",
    "history.to_train": (
        "{count} known periods, and {rows} with an expectation to train on, are needed "
        "before a period"
    ),
    "holidays.unknown": "holidays: {error}",
    "home.cannot_be_made": (
        "the home {home} cannot be made ({why}); name another folder with --home or IOP_HOME"
    ),
    "home.in_use": "another instance runs on {home}; stop it, or choose another --home",
    "home.is_a_file": (
        "the home {home} cannot be a folder, as it is a file; name another folder with "
        "--home or IOP_HOME"
    ),
    "home.is_below_a_file": (
        "the home {home} cannot be a folder, as {file} is a file; name another folder with "
        "--home or IOP_HOME"
    ),
    "home.not_of_the_demo": (
        "the home {home} was not made by the demo and has {datasets} {datasets:dataset|datasets} and "
        "{models} {models:model|models} of its own; name another folder with --home, and another "
        "database where DATABASE_URL is set"
    ),
    "home.not_writable": (
        "the home {home} cannot be used, as {path} may not be written to by this user; mend "
        "that, or name another folder with --home or IOP_HOME"
    ),
    "home.read_only": (
        "the home {home} cannot be used, as {path} is on a read-only file system; mend that, "
        "or name another folder with --home or IOP_HOME"
    ),
    "home.unusable_as": (
        "the home {home} cannot be used ({why}); name another folder with --home or IOP_HOME"
    ),
    "input.broken": "input of {label}: {said}",
    "input.id_or_others": "give either id or others",
    "input.ids_or_all": "give either ids or all",
    "input.cursor_or_sort": "leave out either cursor or sort: a cursor goes on with the newest first",
    "input.name_or_version": "give either name or versionId",
    "input.not_json": "the input is not JSON: {error}",
    "input.panel_or_query": "give either panelId or queryConfig",
    "input.too_large": "the input is larger than {most} bytes",
    "input.wrong_content_type": "content-type must be application/json, not {given!r}",
    "input_ref.from_not_before_to": "from {since} is not before to {until}",
    "input_ref.not_dates": "{text!r}: from and to are ISO 8601 dates",
    "input_ref.wrong_form": (
        "{text!r} is not a dataset's name, or "
        "dataset:NAME[@DATA_VERSION][?from=2013-02-01&to=2013-03-01]"
    ),
    "instance.not_found": "there is no instance at {home}: `iop migrate` makes one",
    "instance_files.no_folder": "IOP_INSTANCE_FILES names {path}, which is no folder",
    "intake.ask_decimal": (
        "column {column!r} has numbers such as {cell}: is that a thousand or a fraction?"
    ),
    "intake.ask_encoding": (
        "the bytes of the file are letters of more than one code page: which of them reads right?"
    ),
    "intake.ask_order": "column {column!r} has dates such as {cell}: day or month first?",
    "intake.ask_time": "which column says when a row is true?",
    "intake.at_work": "{item} is being delivered to {name} right now; try again in a moment",
    "intake.bad_answer": "{url} answers {status}: try again, or fetch the file and give that",
    "intake.bad_query": "{name} cannot be read: {error}; mend --table, --query or --watermark",
    "intake.broken": (
        "{name} is a broken {kind} file, or has a password ({error}); save or fetch it again"
    ),
    "intake.changed_meanwhile": "{name} is still being changed",
    "intake.copies_drm": (
        "this instance copies DRM from IOP_DRM_API_URL; load files into an instance of their "
        "own: name another --home, without that setting"
    ),
    "intake.copies_drm_in_app": "this instance copies a DRM platform; files are loaded into an instance of their own",
    "intake.country_code": (
        "{given!r} is no country: say its code of two letters, such as DE, perhaps with a subdivision, as in DE-BY, or none"
    ),
    "intake.day_or_year": (
        "column {column!r} has cells such as {cell}: is that a day or a year? Write the year with four digits, or "
        "the day with its month and year"
    ),
    "intake.empty": "{name} is empty: save or fetch it again",
    "intake.foreign_drm": (
        "{database} holds the tables of a DRM platform or of the demo, which only it may "
        "write: name another --home for your files"
    ),
    "intake.foreign_drm_in_app": (
        "this instance reads the tables of a DRM platform or of the demo, which only it may write; files are loaded into an "
        "instance of their own"
    ),
    "intake.head_again": "the head again",
    "intake.is_markup": "a page of HTML or XML, perhaps of a sign-in",
    "intake.is_old_workbook": (
        "an old .xls or a sheet with a password: save it as .xlsx without a password"
    ),
    "intake.is_pdf": "a PDF",
    "intake.is_picture": "a picture",
    "intake.is_sqlite": "a SQLite database: give sqlite:/// and its path, with --table",
    "intake.is_sqlite_in_app": "a SQLite database: export its table as CSV",
    "intake.lacks_columns": (
        "{name} lacks the columns {missing}, which the dataset is declared with"
    ),
    "intake.lacks_head": (
        "no line of {name} has the headers that the dataset is declared with: {known}"
    ),
    "intake.line": "line {line}: {said}",
    "intake.no_answer": (
        "{url} does not answer: mend the address or the network, or fetch the file and give that"
    ),
    "intake.no_cell": "{column} is missing",
    "intake.no_certificate": "{url} shows no certificate that this machine trusts",
    "intake.no_column": "there is no column {column!r}; there are {known}",
    "intake.no_database": "{url} cannot be connected to: {error}",
    "intake.no_database_option": "{option} is for databases; {where} is none",
    "intake.no_delivery": "there is no delivery {id}; its source is no longer watched",
    "intake.no_encoding": "there is no encoding {encoding!r}; utf-8, cp1252 or cp1251 are some",
    "intake.no_file": "there is no file {path}",
    "intake.no_json": "{name}, line {line}: no JSON: {error}",
    "intake.no_measure": (
        "{name} has no column of numbers to watch besides {time!r} and what tells series apart"
    ),
    "intake.no_moments": "column {column!r} holds no dates: one such as 2026-01-31 is needed",
    "intake.no_objects": "{name} holds no list of objects; each row is an object",
    "intake.no_query": "--query takes one SELECT, not {query!r}",
    "intake.no_rows": "{name} has no rows below its head",
    "intake.no_sheet": "{name} has no sheet {sheet!r}; it has {sheets}",
    "intake.no_source": (
        "{where} is no file, folder, pattern or URL that can be read: http, https, s3, or a "
        "database by sqlite, mysql, mariadb or postgresql"
    ),
    "intake.no_such_entry": "a source has no {name!r}; it can have {known}",
    "intake.no_table": (
        "{name} is {what}; what can be read is CSV, TSV, XLSX, Parquet, JSON and NDJSON, "
        "also as .gz, .zst or .zip"
    ),
    "intake.no_text": (
        "{name} holds bytes that are no text; what can be read is CSV, TSV, XLSX, Parquet, "
        "JSON and NDJSON, also as .gz, .zst or .zip"
    ),
    "intake.no_table_in_zip": (
        "none of the {count} files of {name} holds a table ({first}): pack the files that do"
    ),
    "intake.no_time": (
        "no column says when a row is true: a date such as 2026-01-31 is needed; name the "
        "column by --time"
    ),
    "intake.no_time_in_app": (
        "no column says when a row is true: a date such as 2026-01-31 is needed; if one does, choose it below, under "
        "“Column that says when”"
    ),
    "intake.no_url": "{url} is no URL that can be read",
    "intake.no_variable": "the environment has no variable {name}: set it to the URL of the source",
    "intake.not_allowed": "{url} answers {status}: it takes another address, or credentials",
    "intake.not_delivered": "{name} was not delivered: {why}",
    "intake.not_encoded": (
        "{name} begins as {codec} and is none at byte {byte}: save it again as UTF-8"
    ),
    "intake.not_moment": "{column}: {cell!r} is not {form}",
    "intake.not_number": "{column}: {cell!r} is no number",
    "intake.not_one_file": (
        "{name} holds {count} {count:file|files} ({files}): unpack it and give one"
    ),
    "intake.not_watched": "no source is watched for dataset {name}",
    "intake.marked_number": (
        "column {column!r} has a number and a mark of it in one cell, such as {cell}: write the mark in a column of its "
        "own, or say --decimal , if the comma begins the decimals"
    ),
    "intake.marked_number_in_app": (
        "column {column!r} has a number and a mark of it in one cell, such as {cell}: write the mark in a column of its "
        "own; if the comma begins the decimals, choose that below"
    ),
    "intake.member": "{member}: {why}",
    "intake.members_left_out": (
        "{count} {count:file|files} of {name} would be left out ({first:then}); nothing was loaded: mend {count:it|them}, "
        "or take {count:it|them} out of the zip file"
    ),
    "intake.note_above": "a line above the table",
    "intake.note_below": "a note below the table",
    "intake.note_era": "{cell!r} in {column!r} is taken for {value}, as its era counts the years",
    "intake.note_stacked": (
        "{column!r} has longer periods beside the shorter ones which they put together: {count} rows of them are left out"
    ),
    "intake.note_country": "{column!r} says {country}: models know the public holidays of it",
    "intake.note_columns_to_rows": "{count} columns, {first} to {last}, became rows",
    "intake.note_dropped_text": (
        "column {column!r} has texts of more than 255 characters and is left out"
    ),
    "intake.note_dropped_total": "column {column!r} is a total and was left out",
    "intake.note_events": "many rows share a moment: they are events, put together by period",
    "intake.note_few_periods": "most models wait until there are {needed} periods, and {count} are there by now",
    "intake.note_groups": "{column!r} says each name once for a group of rows; every row of the group has it now",
    "intake.note_headless": "the file has no head: columns are called column 1, column 2, …",
    "intake.note_member": "{member} is left out: {why}",
    "intake.note_no_chart": (
        "{columns} keep apart what never adds up, and a chart has room for one of them: the dashboard shows a table"
    ),
    "intake.note_not_watched": (
        "{count} series by {apart} are too many to watch one by one and never add up: no model watches them"
    ),
    "intake.note_nulls": "{values} in {column!r} stands for what is not known",
    "intake.note_repeats": (
        "{count} {count:row repeats|rows repeat} a moment of their series: the last one counts"
    ),
    "intake.note_scales": "{cell} in {column!r} is read as {value}",
    "intake.note_short_log": "models wait until there are three days of it",
    "intake.note_year": "the days of {column!r} say no year: they are of {year}, which the file says elsewhere",
    "intake.note_sum_of_series": (
        "{values} of {column!r} is the sum of the others, to the last digit, at every moment: its rows are left out"
    ),
    "intake.note_thousands": (
        "{cell} in {column!r} is taken for {value}, since nothing in the file shows another decimal sign"
    ),
    "intake.note_weather": "{columns} is the weather around the rest: no model watches it",
    "intake.note_watched": (
        "{count} series are too many to watch one by one: models watch {watched}"
    ),
    "intake.note_watched_by_day": "IOP watches by the day; every row is kept as it is",
    "intake.note_watched_by_hour": "IOP watches by the hour; every row is kept as it is",
    "intake.note_watched_by_minute": "IOP watches by the minute; every row is kept as it is",
    "intake.note_watched_by_minutes": "IOP watches by {count} minutes; every row is kept as it is",
    "intake.note_watched_by_month": "IOP watches by the month; every row is kept as it is",
    "intake.note_watched_by_week": "IOP watches by the week; every row is kept as it is",
    "intake.note_watched_together": (
        "{count} series are too many to watch one by one: models watch them all together"
    ),
    "intake.several_lengths": (
        "column {column!r} has periods of several lengths, and the shorter ones of which {cell} would be put together "
        "are not all there: keep periods of one length"
    ),
    "intake.no_year": (
        "column {column!r} has days without a year, such as {cell}: write the year beside them, or in a "
        "column called Year, or into the file's name, as in sales 2025.csv"
    ),
    "intake.nothing_there": "there is no file at {where} that holds a table",
    "intake.one_column": (
        "{name} has one column: a table needs a time and a value, with a comma, semicolon, "
        "tab, bar or aligned blanks between them"
    ),
    "intake.open_question": "{question} Nothing in the file decides it; say {ways:or}",
    "intake.open_question_in_app": "{question} Nothing in the file decides it: look at the file again, and answer",
    "intake.open_quotes": "{name}, line {line}: {error}; a quotation mark may be open there",
    "intake.over_new_year": (
        "the days of column {column!r} have no year and may not all be of {year}: their order leaves room for a new "
        "year among them, or they lie after the day in the file's name; write the year beside each"
    ),
    "intake.other_calendar": (
        "{cell!r} in column {column!r} is of another calendar than the Gregorian one: write such days as those of that, as "
        "2026-01-31"
    ),
    "intake.fiscal_periods": (
        "column {column!r} has parts of fiscal years such as {cell}, and no file says with which month such a year begins: "
        "write the months or quarters of the calendar, as 2026-01 or 2026 Q1"
    ),
    "intake.fiscal_parts": (
        "column {column!r} has fiscal years such as {cell}, and no file says with which month they begin: write the "
        "calendar year beside each {part!r}"
    ),
    "intake.other_currency": (
        "column {column!r} has other currencies than {known}, the only one of {dataset} by now, whose panels and models add "
        "amounts up: load this file under a name of its own"
    ),
    "intake.other_shape": (
        "its columns are others than those of most files beside it; load it by itself"
    ),
    "intake.other_columns": (
        "{name} lacks the columns {missing}, which the dataset is declared with; it has the "
        "columns {others} instead"
    ),
    "intake.parted_number": (
        "rows of {name} have {count} fields and its head {head}: the comma of a number may part it, as in {cell}; put "
        "such numbers between quotation marks, or name every column"
    ),
    "intake.ragged": "no line of the file has as many fields as most of its rows have",
    "intake.part_of_moment": (
        "column {column!r} looks like a part of the moment and cannot be read as one: write day and time into one column"
    ),
    "intake.ruled": "a line drawn between rows",
    "intake.same_name": (
        "two files would both be the dataset {name!r}: load them one after the other, each "
        "with --name"
    ),
    "intake.silent": (
        "{url} did not answer within {seconds} seconds: try again, or fetch the file and give that"
    ),
    "intake.slow_query": (
        "{name} took longer than {seconds} seconds and was ended: narrow it by --query, index "
        "its watermark, or raise --timeout"
    ),
    "intake.store_not_allowed": (
        "{url} is not open to who asks: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "their kin of the store"
    ),
    "intake.too_few_periods": (
        "{name} has {count} different {count:period|periods}: at least {least} are needed; add the rows of more of them"
    ),
    "intake.too_few_rows": (
        "{name} has {count} {count:row|rows} that can be read: at least {least} are needed for anything to be learnt from "
        "them; add the rows of more periods"
    ),
    "intake.too_large": "{name} has more than {megabytes} MB unpacked: split it",
    "intake.too_many_columns": (
        "{name} has {count} columns, at most {most} are read: give a file with the ones that matter"
    ),
    "intake.too_many_files": (
        "{where} holds {count} files, at most {most} are read at once: name fewer by a pattern "
        "such as 2026-*.csv"
    ),
    "intake.too_much_refused": (
        "{bad} of {total} rows of {name} cannot be read, more than {most} % ({first:then}); "
        "nothing was loaded: mend the file, or name the time column by --time, the order of "
        "dates by --dates, the decimal sign by --decimal"
    ),
    "intake.too_much_refused_in_app": (
        "{bad} of {total} rows of {name} cannot be read, more than {most} % ({first:then}); nothing was loaded: mend the "
        "file, or choose below which column says when, how dates are read, or the decimal sign"
    ),
    "intake.total": "a total",
    "intake.two_orders": (
        "column {column!r} has some days and months the other way round than others, as its order shows: write all of them in one way, as year-month-day"
    ),
    "intake.two_tables": (
        "{name} holds another table from line {line} on: give each in a file of its own"
    ),
    "intake.unknown_scale": "{scale!r} is nothing that multiplies a number; there are {known}",
    "intake.unknown_era": "{era!r} is no way to count years; there are {known}",
    "intake.unknown_form": "{form!r} is no form of a date; there are {known}",
    "intake.watch_one": (
        "one source with one dataset is watched at a time, not {sources} with {names:and}: "
        "watch each by `iop intake add`, with a pattern of its own"
    ),
    "intake.which_table": "{url} needs --table or --query; its tables are {tables}",
    "intake.width": "has {count} {count:field|fields}, the head has {head}",
    "intake.within_period": (
        "{column}: {cell!r} lies within the period that begins {period} and would replace its row: load files with "
        "such moments as a dataset of their own"
    ),
    "intake.wrong_reference": "{reference!r} names no variable: env:SALES_URL does",
    "intake.zip_of_shapes": (
        "{name} holds tables of {count} shapes, and none is that of most ({groups:then}): unpack it, and load the "
        "files of each shape together"
    ),
    "key.not_text": "the key {key!r} is not text",
    "kind.dates": "dates",
    "kind.moments": "moments",
    "kind.numbers": "numbers",
    "kind.text": "text",
    "layout.no_such_chart": "there is no chart {number}; there {count:is 1|are {count}}, counted from 1",
    "layout.no_such_word": "{{{word}}} is no column of the table {table}; it has {known:and}",
    "layout.words_need_data": "{{{word}}} is a column of some table; name it in data",
    "link.used": "this link was used already, or is too old; ask for another",
    "measure.lacks_field": "no field {name}",
    "measure.no_such_field": "{place}: {name!r} is not a field",
    "measure.not_of_input": "{name!r} is not a measure of the input; there are {known}",
    "measure.unknown": "no measure {name}",
    "measure.not_named": "dataset {dataset} has no measure {name}",
    "measure.wrong_type": "{name!r} is {found}; {kind} takes {takes}",
    "measures.no_such": "{owner} has no measure {name!r}; it has {known}",
    "migration.locked": (
        "another process has been migrating this database for {limit_s} s; see SHOW "
        "PROCESSLIST for it, then run `iop migrate` again"
    ),
    "migration.unknown_revision": (
        "schema revision {revision!r} is unknown; there are base, {known}, head"
    ),
    "model.dataset_without_step": (
        "the dataset {name!r} has events without a step (`freq: null`), and a model "
        "reads periods: let a step `resample` make them"
    ),
    "model.deprecated": (
        "model {name} {version} is deprecated; promote it, or execute an active version"
    ),
    "model.exists_differently": (
        "model {label} exists (id {id}) with another {changed}; raise the version"
    ),
    "model.forecast_or_runtime": "give either --forecast or --runtime",
    "model.no_earlier_version": "model {name!r} has no earlier version that was active",
    "model.lacks": (
        "model {label} is a draft that lacks something; create it again with it: {lacks:then}"
    ),
    "model.not_named": "there is no model {name}",
    "model.was_deleted": "the model was deleted",
    "model.not_found": "there is no model with id {id}",
    "model.of_the_demo": "part of the demo",
    "model.reads_little": "its history of {history:,} periods is shorter than its runtime looks back: new points would be judged by too little; use `history: {needed}` or more",
    "model.reads_other": "model {name} reads {dataset!r}, not {wanted!r}",
    "model.register_without": "{said}; register a new version of model {label} without it",
    "model.registered": "registered",
    "model.renamed": "model {name!r} was renamed at the same time; nothing was changed, try again",
    "model.replaced": "replaced by {version}",
    "model.rolled_back": "rolled back",
    "model.wrong_transition": "model {label} is {status}: it can become {allowed:or}",
    "moment.day": "{day:date}",
    "moment.no_iso": "{value!r} is no ISO date or moment",
    "moment.not_iso": "{text!r} is no ISO date or moment such as 2013-02-08",
    "moment.out_of_range": "is outside the years 1 to 9999 in UTC",
    "moment.past": "{moment} is past; it is {now} UTC",
    "moment.time": "{day:date}, {time:time}",
    "moment.too_early": "{text!r} is before the year {year}, where databases' dates begin",
    "moment.wrong_form": "must be a date and time such as 2026-01-31T09:00:00Z",
    "month.name": "{month:month}",
    "months.every": "of every month",
    "months.some": "of {all:and}",
    "move.among_ids": "table {table} among ids {first} to {last}",
    "move.in_table": "table {table}",
    "move.no_database": "there is no IOP database at {path}; name a home folder or sqlite:///FILE",
    "move.not_copied": "{url} could not be copied to {wanted}: {error}; nothing was moved",
    "move.not_sqlite": "{home} keeps its data at a server, not in SQLite: move that with mysqldump",
    "move.not_taken": "{kind}: {where}: {error}; nothing was moved",
    "move.pending_revisions": (
        "{url} lacks the revisions {revisions}: run `iop migrate --home {home}` without "
        "DATABASE_URL first"
    ),
    "move.row_does_not_fit": "a row does not fit",
    "move.rows_are_one": "two rows are one there",
    "move.rows_lost": "rows were lost on the way ({tables}); nothing was moved",
    "move.target_holds_data": (
        "the database to move to holds data already: {tables}; nothing was changed. Name an "
        "empty database"
    ),
    "move.target_is_sqlite": (
        "the target is SQLite; set DATABASE_URL=mysql+pymysql://… to the server to move to"
    ),
    "name.among": "{name!r}; there is {known}",
    "name.any": "of any name",
    "name.near": "{name!r}; did you mean {near!r}?",
    "name.no_datasets": "no datasets",
    "name.none": "{name!r}; there is none",
    "name.nothing": "none",
    "name.twice": "{name!r} is named twice",
    "nth.first": "first",
    "nth.fourth": "fourth",
    "nth.last": "last",
    "nth.second": "second",
    "nth.third": "third",
    "number.out_of_range": "is {given!r}; it can be 1 to {most}",
    "oidc.answered": "the provider answered {error!r}",
    "oidc.bad_subject": "the subject of the ID token is empty or too long",
    "oidc.code_refused": "the provider does not take the code: {error}",
    "oidc.id_token_wrong": "the ID token does not hold: {error}",
    "oidc.incomplete": (
        "a sign-in by OpenID needs IOP_OIDC_ISSUER, IOP_OIDC_CLIENT_ID and IOP_OIDC_CLIENT_SECRET"
    ),
    "oidc.issuer_differs": "IOP_OIDC_ISSUER is {issuer!r}, but the provider calls itself {found!r}",
    "oidc.issuer_not_https": "IOP_OIDC_ISSUER is {issuer!r}; it begins with https://",
    "oidc.no_code": "the provider sent no code",
    "oidc.no_id_token": "the provider sent no ID token",
    "oidc.no_public_url": (
        "a sign-in by OpenID needs IOP_PUBLIC_URL: the provider sends people back there"
    ),
    "oidc.not_begun_here": "it was not begun in this browser, or too long ago; begin again",
    "oidc.other_client": "the ID token was made for another client",
    "oidc.other_issuer": "the answer is from another issuer",
    "oidc.other_nonce": "the nonce is not the one that was sent",
    "oidc.other_state": "the state is not the one that was sent",
    "oidc.unknown_key": "the ID token is signed with a key that the provider does not publish",
    "onnx.breaks": "looking at {name!r} took longer than {limit_s} s or more than {megabytes:,} MB of memory; export it again, or make it smaller",
    "onnx.breaks_here": "looking at {name!r} took longer than {limit_s} s or more than {megabytes:,} MB of memory, the most that a file sent by the app may take; make it smaller, or store it with `iop model store FILE`, which may take {most:,} MB",
    "onnx.cannot_be_run": "{name!r} is not understood by ONNX Runtime {version}, export it with operators that it knows: {error}",
    "onnx.changed": "the stored file with the checksum {checksum} has been changed; store it again",
    "onnx.external_data": "{name!r} keeps numbers in other files; export it as one file",
    "onnx.failed": "{name!r} failed: {error}",
    "onnx.look_ended": "{name!r} could not be looked at: the process for it ended with status {status} ({last})",
    "onnx.no_file": "{name!r} is no ONNX file; export the model to ONNX",
    "onnx.no_output": "{name!r} has no output of one row of numbers for each row that it is given, export it with one; it has {found:and}",
    "onnx.no_store": "there is no store for files of models here; set IOP_STORAGE_URL",
    "onnx.not_stored": "no file with the checksum {checksum} is stored; send it on the page that registers models, or store it with `iop model store FILE`",
    "onnx.other_input": "the input {input!r} of {name!r} is {type} of the shape {shape}; it has to be rows of float or double, of any number of rows",
    "onnx.store_refuses": "the store {url} does not take or give a model's file: {error}",
    "onnx.too_large": "{name!r} has more than {megabytes:,} MB, the most that is taken here: make it smaller, or have whoever keeps the instance allow more by IOP_UPLOAD_MB",
    "operation.takes_numbers": "{name} takes numbers, not {kind}",
    "operation.takes_one_kind": "{name} takes values of one kind, not {kinds:and}",
    "output.broken": "output of {label}: {said}",
    "outputs.file_changed": "what execution {id} scored lies in {url}, which is another file by now: restore it, or execute the model again",
    "outputs.file_missing": "what execution {id} scored lies in {url}, which is not there: restore it, or execute the model again",
    "outputs.store_away": "what execution {id} scored lies in {url}, whose store does not answer: {error}",
    "outputs.store_refuses": "the store {url} does not take what an execution scored: {error}",
    "outputs.too_many": "more than {most} rows of before {before} lie in files: ask for fewer series, executions or periods",
    "owner.dataset": "dataset {name!r}",
    "owner.output": "a model's output",
    "package.file_missing": "{name} is neither in the installed package nor at the root",
    "page.about_data": "All tables and charts were read in one go, as of {read:day} ({zone}); days run from midnight to midnight of that time zone. A period has its first and its last day in it, unless it names times of day. The quality score is the mean over the deliveries that the period touches.",
    "page.from": "from {value}",
    "page.lowest_delivery": "lowest delivery used {score}",
    "page.data_until": "data up to {until:moment}",
    "page.made": "Made by IOP on {day:day} at {made:time}, data read at {read:time} ({zone})",
    "page.named": "{label}: {value}",
    "page.not_set": "not set",
    "page.number": "Page {number} of {count}",
    "page.of_100": "{score} of 100",
    "page.of_table": "“{table}”: {said}",
    "page.open": "{count:,} open",
    "page.parameter": "{name} = {value}",
    "page.parameters": "Parameters: {all}.",
    "page.part": "Part {number} of {count}",
    "page.rows_printed": "{said} are printed.",
    "page.rows_read": "“{table}”: {said} are read.",
    "page.shown_of_more_open": "{count:,} shown, more are open",
    "page.subtotals_printed": "{shown:,} of {total:,} subtotals are printed.",
    "panel.irregular": "no series keeps to the step {freq}: most moments of {series!r} share a period with others, such as {moment}; declare a finer step, or resample the dataset",
    "panel.not_found": "there is no panel with id {id}",
    "panel.not_of_dashboard": "{id} is no panel of this dashboard, or is given twice",
    "panel.not_sorted": "the rows are not sorted by series",
    "panel.off_grid": "ds {moment} is not a whole number of periods ({freq}) after {origin}",
    "panel.other_chart": "the first chart is {first}; a {type} panel needs one of type {type}",
    "panel.repeats": "series {series!r} has ds {moment} twice or out of order",
    "param.dropped": (
        "{name!r} is no longer a parameter: the method finds it out by itself; leave it out"
    ),
    "param.replaced": "{name!r} is no longer a parameter; give {by} instead",
    "parameter.needed": "has no value and no default, and is not optional",
    "parameter.not_found": "no parameter is called {name!r}",
    "parameter.not_taken": "{name}: no parameters are taken here",
    "parameter.twice": "{name}: is given twice; a list is one JSON value",
    "parameter.unknown": "no parameter {name}",
    "parameter.without_value": "the parameter has no value; give it a default",
    "partition_key.wrong_form": "{key!r} is no partition key; one reads like 12.delay-trend@v1.0.0",
    "partitions.none_waiting": "no {kind} waits for these partitions",
    "partitions.refused": (
        "{kind} {partitions}: the data is not prepared yet or another Dagster run is on it; it stays "
        "queued and starts by itself"
    ),
    "password.not_yours": "is not your password",
    "password.too_easy": "that password is too easy to guess",
    "password.wrong_length": "a password has {least} to {most} characters, not {count}",
    "pattern.edge_of_word": (
        "{pattern!r} has \\{name}, which RE2 knows of ASCII alone; say what may stand beside "
        "the word, such as (^|\\W)word(\\W|$)"
    ),
    "pattern.not_valid": (
        "{pattern!r} is not a valid RE2 pattern: {said}; look-aheads, look-behinds and "
        "back-references are not allowed, since a match by them can take for ever"
    ),
    "pdf.library_missing": "{said}; install it with: {command}",
    "pdf.renderer_ended": (
        "the PDF renderer ended with {status}, within {memory_mb} MB and {cpu_s} CPU "
        "seconds: {last}"
    ),
    "pdf.said_nothing": "it said nothing",
    "pdf.unforeseen": "a long table is not laid out as it was foreseen: {what}",
    "pdf.too_slow": "rendering the PDF took longer than {timeout_s} s; lower “Maximum rows per table” in its template",
    "performance.holds_less": "since {since}, the range of the forecasts of {label} holds {now:g} of 100 values; in the {count} weeks or periods before, it held {before:g}",
    "performance.misses_more": "since {since}, the forecasts of {label} miss by {now:g} times what repeating the last season misses by; in the {count} weeks or periods before, it was {before:g} times",
    "performance.recovered": "the forecasts are as good as before",
    "performance.replaced": "the version is no longer active",
    "period.beyond_calendar": "{words!r} reaches beyond the calendar",
    "period.day": "{day:day}",
    "period.days": "{first:day} to {last:day}",
    "period.ends_before_start": "ends at {end}, not after its start {start}",
    "period.moments": "{start:day} to before {end:day}",
    "period.month": "{month:month} {year}",
    "period.moves": "{words!r} is another period every day; give its days, {{from, to}}",
    "period.not_whole_days": "{label!r} is a date; the period must be whole days",
    "period.too_long": "is longer than {most} years",
    "period.unknown_words": "{words!r} is no period; it can be {known}",
    "period.year": "{year}",
    "pipeline_runs.needs_drm": "pipeline_runs is read from DRM; pass its engine",
    "pipeline_runs.never_scored": (
        "{source} is never scored, so {threshold:g} would never be reached; leave it out"
    ),
    "pipeline_runs.no_such_measure": "pipeline_runs has no measure {name}",
    "pipeline_runs.takes_no_where": "pipeline_runs has one series a pipeline and takes no where",
    "platform.fault": "something went wrong; the log has it",
    "platform.part_silent": "a part of the platform does not answer; try again",
    "platform.stopping": "the platform is being stopped",
    "port.taken": "port {port} on {host} is taken ({why}); choose another with --port",
    "procedure.for_admins": "{procedure} is for admins",
    "procedure.takes_method": "{path} takes {method}",
    "procedure.unknown": "no procedure {path!r}",
    "procedure.wrong_method": "{path} is a {kind}: {methods:or}, not {method}",
    "provider.keys_unreadable": "the keys of {issuer} cannot be read: {error}",
    "provider.names_none": "the provider {issuer} names no {name} by https",
    "provider.no_role": "the provider gives this account no role in IOP",
    "provider.not_an_object": "{url} is no JSON object",
    "provider.silent": "the provider {issuer} does not answer: {error}",
    "quality.scored": "DRM run {id} scored {score:g}",
    "query.computes": (
        "a query compares fields with values and with fields; what is computed is a column "
        "that a dataset's step derives"
    ),
    "query.not_among_datasets": "{name!r} is not among the datasets {known!r}",
    "query.not_an_object": "the query is {type}; it must be a JSON object",
    "reader.broke": "the server could not finish this; try again",
    "reader.broke_again": (
        "the server failed at this more than once; ask for less, or tell an administrator"
    ),
    "reader.too_busy": "the server was too busy to answer within {limit_s:g} s; try again",
    "reader.too_many_waiting": "you have too many requests waiting; try again in {wait_s} s",
    "recommendation.decided_already": "recommendation {id} is {status} by now, not {then}",
    "recommendation.not_found": "there is no recommendation with id {id}",
    "recommendation.not_open": "recommendation {id} is {status}; only open ones wait",
    "reference.needs_shared_database": "reference table {table} needs the shared database",
    "reference.no_such_column": (
        "join_reference: the reference has no column {name!r}; it has {known!r}"
    ),
    "reference.no_such_table": "the shared database has no table {name}",
    "reference.not_among": "no reference {name!r}; there are {known}",
    "reference.repeats": "join_reference: {key} {value!r} is in the reference twice",
    "reference.wrong_type": (
        "join_reference: {source} of the reference holds {value!r}, which is not {type} as "
        "`types` says of {name}"
    ),
    "remote.answered": "{where} answered with status {status}: {said}",
    "remote.encoded": "{where} answered packed (content-encoding {encoding!r}), which is not unpacked; turn compression off at the server, or at the proxy before it",
    "remote.no_address": "{url} is no address of a server; give it as in https://models.example:8443",
    "remote.no_json": "{where} answered what is no JSON",
    "remote.no_metadata": "{where} does not say which {side} the model has",
    "remote.no_numbers": "{where} answered {output!r} with what are no numbers",
    "remote.no_output": "{where} answered without the output {output!r}",
    "remote.no_token": "the environment has no variable {name} with the token of the model server; set it for the processes of the instance",
    "remote.not_allowed": "{url} may not be called; whoever operates the instance allows it by IOP_MODEL_SERVERS",
    "remote.other_input": "the input {input!r} of {where} is {datatype} of the shape {shape}; it has to be FP32 or FP64 of any number of rows, [-1, columns]",
    "remote.other_shape": "{where} answered {output!r} with the shape {shape} to {rows:,} rows, or with another count of numbers than that",
    "remote.redirects": "{where} sends the call elsewhere (status {status}), which is not followed; give its own address",
    "remote.refused": "{where} does not accept the token (status {status}); check the variable {token}",
    "remote.silent": "{where} gave no whole answer within {seconds} s ({error})",
    "remote.too_large": "{where} answered more than {megabytes} MB",
    "rename.twice": "the column {header!r} gets two names",
    "replay.day_out_of_range": "{day} is not in {first} to {last}",
    "replay.other_plan": (
        "the DRM database was replayed by plan {there}, this is {wanted}; start with another home"
    ),
    "replay.too_few_days": "days is {days}; it must be 1 or more",
    "report.being_made": "report {id} of template {name!r} is being made; wait for it",
    "report.changed_since": "changed since report {id}: {said}",
    "report.empty_for_owner": "nothing in it, so only the owner of the template was told",
    "report.empty_not_sent": "nothing in it, so it was sent to nobody",
    "report.file_lost": "the file of report {id} is no longer in the store",
    "report.file_removed": (
        "the file of report {id} was removed on {day:date} by the retention policy; generate "
        "the report again"
    ),
    "report.has_no_pages": "report {id} is {format}; only a PDF has pages",
    "report.incomplete": "incomplete: {known} of {days} {days:day|days}",
    "report.late": "data that was missing came after it was made: {sources}",
    "report.incomplete_years": "incomplete: {known} of {days} {days:year|years}",
    "report.incomplete_weeks": "incomplete: {known} of {days} {days:week|weeks}",
    "report.incomplete_quarters": "incomplete: {known} of {days} {days:quarter|quarters}",
    "report.incomplete_months": "incomplete: {known} of {days} {days:month|months}",
    "report.lacks_tables": (
        "the kept result has no {tables:and}, which a file as {format} shows; make the report again"
    ),
    "report.no_glyph": (
        "no font here has {count:,} of the characters: {shown}; install {packages:and} where reports are made"
    ),
    "report.no_moment": (
        "nothing says which moment report {id} counts its periods from, since it was made before that was kept; "
        "generate a new report of its template instead"
    ),
    "report.no_pdf": "report {id} has no PDF; choose PDF among the further files of its template, and make it again",
    "report.no_result": (
        "report {id} was made before results were kept, and cannot be had as {format}; make it again"
    ),
    "report.no_such_form": "as is {given!r}; it can be {known:or}",
    "report.no_such_id": "no report has id {id}",
    "report.no_such_page": "report {id} has no page {number}",
    "report.not_found": "there is no report with id {id}",
    "report.not_ready": "report {id} is {status}; only a ready one has a file",
    "report.not_waiting": "report {id} does not wait for data",
    "report.of_file": "{format}: {said}",
    "report.reissue_being_made": "report {id} is being made in its place",
    "report.restated": "data it shows was delivered again: {sources}",
    "report.restated_day": "{label}, {day:date}",
    "report.restated_of": "{label}, {first:date} to {last:date}",
    "report.restated_whole": "{label}",
    "report.result_changed": "the kept result is not what it was when it was made; make the report again",
    "report.rows": "{count:,} {count:row|rows}",
    "report.rows_of": "{shown:,} of {total:,} {total:row|rows}",
    "report.text_outside": "{count:,} {count:text does|texts do} not fit the place on the page, the first is {first!r}",
    "report.text_over": "{count:,} {count:text is|texts are} printed over another, the first is {first!r}",
    "report.texts_cut": "{count:,} {count:text is|texts are} cut at {most:,} characters",
    "report.too_large_to_preview": "report {id} is too large for a preview; download it",
    "report.unchanged_since": "nothing changed since report {id}",
    "report.waited": "it waited for data until {until:moment} UTC",
    "reports.store_refuses": "the store {url} does not take a file: {error}",
    "reports.store_silent": "the store of reports does not answer",
    "request.method_not_answered": "{method} is not answered here",
    "request.no_origin": "a request with a cookie names its origin",
    "request.other_origin": "the request comes from another origin",
    "request.other_site": "the request comes from another site",
    "resample.too_large": (
        "a sum of {column!r} is beyond what a whole number or decimal holds (18 "
        "digits): read it as number, or with fewer decimals"
    ),
    "result.no_such_column": "table {table!r} has no column {name!r}",
    "result.no_such_table": "the result has no table {name!r}",
    "rhythm.days": "{count:g} {count:day|days} apart",
    "rhythm.hours": "{count:g} {count:hour|hours} apart",
    "row.above": "above {limit}",
    "row.below": "below {limit}",
    "row.exact_duplicate": "exact duplicate of a later row",
    "row.gap": "{columns} not known",
    "row.key_twice": "another row has the same",
    "row.missing": "missing",
    "row.no_rate": "no rate to {currency} within {days} days",
    "row.no_such_local_time": "ambiguous or absent in {zone}",
    "row.not_a": "not a {type}",
    "row.not_an": "not an {type}",
    "row.not_in_reference": "not in the reference",
    "row.not_one_of": "not one of {count} accepted values",
    "row.outside_window": "outside the DRM run's window",
    "row.restated": "restated by a later row",
    "row.too_long": "longer than {most} characters",
    "rule.is_text": "is text; a number is expected",
    "rules.called_alike": "two rules are called {name!r}",
    "rules.too_deep": "rules are nested deeper than {most} levels",
    "run.canceled": "Dagster run {id} was canceled",
    "run.ended": "Dagster run {id} ended ({status}) without a result",
    "run.gave_up": "{why}; gave up after {count} starts",
    "run.lost": "Dagster run {id} was lost",
    "run.not_launched": "no Dagster run was launched",
    "runtime.found_unknown": "runtime {name!r} found {found}; its row of the catalogue has {known}",
    "runtime.of_other_type": (
        "{runtime!r} is a {belongs_to} runtime and the model's type is {type}; it can be {known}"
    ),
    "runtime.unknown": "there is no runtime {name}",
    "said.and_more": "{said} (and {count} more)",
    "said.at": "{place}: {said}",
    "said.at_line": "{file}, line {line}: {said}",
    "said.lines": "{all:lines}",
    "said.list": "{all:then}",
    "said.parts": "{all}",
    "schedule.at": "{days} {times}",
    "schedule.in_zone": "{words} ({zone})",
    "schedule.no_day_of_month": (
        "{word!r} in {text!r} is no day of a month; it can be 1 to 31, last, or first-mon to "
        "last-sun"
    ),
    "schedule.either_day": "{words} (on either, not only where both meet)",
    "schedule.no_date": "{word!r} in {text!r} is no date; it can be one such as 2026-12-31",
    "schedule.no_day_of_year": "{word!r} in {text!r} is no day of the year; it can be month and day such as 03-01",
    "schedule.no_weeks": "{count} weeks; it can be 1 to {most}",
    "schedule.until": "{words}, until {day:date}",
    "schedule.no_moment": "{text!r} names no moment, such as 2026-12-01T09:00",
    "schedule.no_time": "{word!r} in {text!r} is no time; it can be 00:00 to 23:59",
    "schedule.no_weekday": "{word!r} in {text!r} is no weekday; it can be {known}",
    "schedule.not_iso": "{text!r} is no moment; it can be an ISO time such as 2026-12-01T09:00",
    "schedule.once": "once on {day:date} at {time:time}",
    "schedule.past": "{text!r} is past and would never be due; it is {now} UTC",
    "schedule.unknown": "{text!r} is no schedule; it can be {known}",
    "schedule.unknown_time_zone": "{name!r} in {text!r} is no IANA time zone such as Africa/Lagos",
    "schedule.wrong_length": "{text!r} is empty or longer than {most}",
    "schema.column_not_an_object": "is {given!r}; an object with a type is needed",
    "schema.enum_length": "has to hold 1 to {most} values besides null",
    "schema.not_a_cell": "is {given!r}; a cell is a string, number, boolean or null",
    "schema.not_a_property": "{name!r} is not among the properties",
    "schema.not_an_object": "is a {type}; a JSON Schema object is needed",
    "schema.not_count": "is {given!r}; a whole number from 0 is needed",
    "schema.not_names": "is {given!r}; a list of column names is needed",
    "schema.not_of_rows": "is {given!r}; a row's type is 'object'",
    "schema.not_truth": "can be true or false over rows",
    "schema.not_valid": "{said}",
    "schema.only_null": "a column of nothing but null can be left out",
    "schema.pattern_too_long": "has {count} characters; it can have {most}",
    "schema.unknown_format": "is {given!r}; it can be {known:or}",
    "schema.unknown_type": "is {given!r}; a column can be {known}",
    "schema.unsupported_keyword": "this keyword is not supported over rows; supported are {known}",
    "schema.wrong_column_count": "describes {count} columns; it can be 1 to {most}",
    "schema.wrong_dialect": "is {given!r}; it can be {dialect}",
    "secret_key.can_be_guessed": (
        "{where} is a known default or can be guessed: make one with `{command}` and give it "
        "to every replica"
    ),
    "secret_key.not_set": (
        "IOP_SECRET_KEY is not set, and DATABASE_URL names a server: make one with "
        "`{command}` and give it to every replica"
    ),
    "secret_key.readable_by_others": (
        "{path} can be read by others (mode {mode:04o}); `chmod 600 {path}`, or remove it, "
        "which makes a new key and signs everybody out"
    ),
    "secret_key.repeats": (
        "{where} repeats itself and can be guessed: make one with `{command}` and give it to "
        "every replica"
    ),
    "secret_key.too_short": (
        "{where} has {count} bytes; it needs {least} at least: make one with `{command}` and "
        "give it to every replica"
    ),
    "series.came": "it has values again",
    "series.frozen": "the value has been the same since {since}, {count} {count:period|periods} on end; before, it was the same for {most} on end at most",
    "series.frozen_together": "the value of {count} of {all} series has been the same since {since}: {names:and}",
    "series.gone": "it is gone again",
    "series.known": "it is known now",
    "series.moves": "its value changes again",
    "series.no_longer_read": "no model reads it any more",
    "series.new": "{names:and} {count:has|have} had rows since {since} and never before; what is usual for {count:it|them} is known after {periods} periods",
    "series.silent": "{series} has had no rows since {since}, {count} {count:period|periods} on end, while others had; its longest pause before was {most}",
    "series.silent_together": "{count} of {all} series have had no rows since {since}: {names:and}",
    "series.too_short": (
        "{series:the only series has|all {series} series have} too short a history: {needed}"
    ),
    "serve.needs_broker": (
        "the parts of an instance on several machines reach each other by a broker: set IOP_BROKER_URL, such as "
        "amqp://…; `iop up` needs none"
    ),
    "serve.needs_code_server": (
        "say where the code server is: --code-server HOST:PORT, or a workspace.yaml in IOP_INSTANCE_FILES"
    ),
    "serve.needs_server": (
        "the parts of an instance on several machines share one database: set DATABASE_URL to MySQL or MariaDB "
        "(it is {url}); `iop up` starts all of them on this machine"
    ),
    "server.not_listening": "the {name} did not listen on {host}:{port} in {limit_s} s",
    "server.not_well": "{url}/api/health did not become well in {limit_s} s; see {log}",
    "session.not_yours": "this is no open session of yours",
    "sessions.unchecked": "sessions cannot be checked: the database does not answer",
    "setting.bad_line": "{path}, line {number}: {line!r} is not NAME=value",
    "setting.broker_url": (
        "IOP_EVENT_BROKER_URL begins with {scheme!r}; it can be amqp://… or amqps://…"
    ),
    "setting.clock": "IOP_CLOCK is {clock!r}; it can be system or drm",
    "setting.database_url": (
        "{name} begins with {scheme!r}; it can be sqlite:///…, mysql+pymysql://… or "
        "mariadb+pymysql://…"
    ),
    "setting.drm_api_url": (
        "IOP_DRM_API_URL is http://… or https://… without a user, query or fragment; its "
        "token is IOP_DRM_API_TOKEN"
    ),
    "setting.model_server": "IOP_MODEL_SERVERS has {url!r}; each is scheme, host and port, as in https://models.example:8443",
    "setting.not_whole_number": "{name} is {text!r}; it is a whole number, at least {least}",
    "setting.panel_dask": "IOP_PANEL_DASK is {url!r}; it is a scheme, a host and a port, as in tls://scheduler.example:8786 or tcp://scheduler.example:8786",
    "setting.panel_dask_tls": "IOP_PANEL_DASK_TLS is the folder of the certificates of a tls:// scheduler: IOP_PANEL_DASK with tls:// needs it, and with tcp:// or none it has no meaning",
    "setting.percent": "IOP_MAX_REFUSED_PERCENT is {percent}; it is 0 to 100",
    "setting.public_url": (
        "IOP_PUBLIC_URL is {url!r}; it is scheme and host, as in https://iop.example"
    ),
    "setting.region": "IOP_REGION is {name!r}; it is one of {regions:or}",
    "setting.time_zone": (
        "IOP_TIME_ZONE is {name!r}, which is no IANA time zone such as Africa/Lagos"
    ),
    "signin.did_not_work": "this sign-in did not work: {reason}",
    "signin.needed": "sign in first",
    "signin.no_provider": "no OpenID provider is configured",
    "signin.too_many_failures": "too many failed sign-ins; try again in {wait_s} s",
    "signin.wrong": "name or password is wrong",
    "slots.passed_over": "{count:,} due {count:time|times} passed over, {first} to {last} UTC",
    "sort.no_such_column": "{place}: {name!r} is not a column; has {known!r}",
    "source.no_such_field": "{source} has no field {name}",
    "source.no_such_measure": "{source} has no measure {name}",
    "source.unknown": "no source {name}",
    "span.out_of_range": "{given!r} is out of range; it can be 1m to {most}",
    "span.unknown": "{given!r} is no length of time; it can be minutes, hours or days such as 30m, 6h or 2d",
    "step.adds_rows": "adds_rows belongs to forward_fill; null adds rows in any case",
    "step.at": "step {place} ({kind})",
    "step.bounds": (
        "is {bound} for {name!r}, which is read as {to}; bounds are for {kinds:and}: leave "
        "it out, or use one_of"
    ),
    "step.gap_columns": "columns must name what {policy} is for",
    "step.gives_other": "is {type} and the expression gives {gives}: {fix}",
    "step.limit": "limit belongs to forward_fill, which needs it",
    "step.minutes": "{minutes} minutes are longer than a step of {freq}, whose share they would be",
    "step.misfit": "{step}: {said}",
    "step.no_such_column": "no step leaves {name}",
    "step.on_text": "{step} works on the text that DRM delivers: it stands before the cast",
    "step.reads_unknown": "{step} reads {name}",
    "step.reads_wrong_type": (
        "{step} reads {name!r}, which is {found} there; it takes {takes}: {fix}"
    ),
    "step.types_name_unknown": "types names {name}",
    "step.weight": "weight belongs to weighted_mean, which needs it",
    "steps.first_not_cast": "the first step must be a cast: DRM delivers text",
    "subtotals.cut": "subtotals by {group}: {rows}",
    "subtotals.no_such_group": "{place}: {name} is no group of the table; its groups are {known:or}",
    "sum.too_large": (
        "a sum is beyond what a whole number or decimal holds (18 digits): ask for "
        "fewer rows, or read the field as number"
    ),
    "summary.fell": "{label} fell to {value} ({change} against {period})",
    "summary.highest": "{who} was the highest ({value})",
    "summary.highest_day": "the highest was on {day:date} ({value})",
    "summary.highest_in": "the highest was {who}, {period} ({value})",
    "summary.highest_on": "{who} on {day:date} was the highest ({value})",
    "summary.highest_period": "the highest was {period} ({value})",
    "summary.judged": "{said}, {verdict}",
    "summary.nothing_compared": "no measure of {table} has compare, so that nothing can be said of it; add compare to one, or name another table",
    "summary.of_one_row": "{table} has a row for each {groups:and}, and a summary tells one row of all; name a table without groups",
    "summary.only": "{label}: {value}",
    "summary.percent": "{change} %",
    "summary.points": "{change} {points:points|points}",
    "summary.rose": "{label} rose to {value} ({change} against {period})",
    "summary.same": "{label} stayed at {value}, as in {period}",
    "summary.worst": "{who} was the worst ({value})",
    "summary.worst_day": "{day:date} was the worst day ({value})",
    "summary.worst_in": "the worst was {who}, {period} ({value})",
    "summary.worst_of_groups": "{table} has no groups, and so no row that could be the worst; name a table with some",
    "summary.worst_of_measure": "{table} has no measure called {known:or}, as those that {summary} compares; add one, or name another table",
    "summary.worst_on": "{who} on {day:date} was the worst day ({value})",
    "summary.worst_period": "the worst was {period} ({value})",
    "table.offset_and_top": "offset cannot be combined with top",
    "template.an_author_disabled": "the account of its author is disabled",
    "template.author_disabled": "the account of its author {name} is disabled",
    "template.does_not_exist": "report template {id} does not exist",
    "template.exists": "a report template {name!r} exists",
    "template.exists_differently": (
        "a report template {name!r} exists (id {id}) with other content; update it"
    ),
    "template.failing": "{count:,} {count:report|reports} in a row failed",
    "template.needs_author": "the account of the author of {name!r} is disabled: take the template over, or enable the account",
    "template.not_named": "there is no report template {name}",
    "template.not_found": "there is no report template with id {id}",
    "template.paused": "report template {name!r} is paused",
    "text.not_storable": "holds a character that no database stores (NUL or half a pair)",
    "text.too_long": "is {count} characters long; at most {most:,} are read",
    "threshold.value_or_quantile": "give either value or quantile",
    "time.of_hours_wrong_type": (
        "{name!r} is {found}; the time of hours or minutes is {takes}: name another field, or declare "
        "`{name}: {{type: {type}}}`"
    ),
    "time.wrong_type": (
        "{name!r} is {found}; the time is {takes}: name another field, or declare `{name}: "
        "{{type: {type}}}`"
    ),
    "time_zone.unknown": "{name!r} is no IANA time zone such as Africa/Lagos",
    "time.of_day": "{time:time}",
    "times.hourly": "every hour",
    "times.hourly_between": "every {step:hour|{step} hours} from {first} to {last}",
    "times.listed": "at {times:and}",
    "times.minutes": "at {count:minute|minutes} {minutes:and} of every hour",
    "times.minutes_of_hours": "at {count:minute|minutes} {minutes:and} of the hours {hours:and}",
    "times.stepped": "every {step:minute|{step} minutes}",
    "times.stepped_between": "every {step:minute|{step} minutes} from {first} to {last}",
    "token.bad_life": "{ttl!r} is no life of a token; from 1s to 366d, such as 30m or 12h",
    "top.needs_measures": "top needs measures and a sort that says what is first",
    "top.rest_needs_one_field": "a row of all others needs exactly one field besides the measures",
    "totals.and_having": "totals are of all rows, and conditions on measures leave groups out; leave one of both",
    "totals.need_measures": "totals need a measure or an agg",
    "tree.conditions_too_deep": "conditions are nested deeper than {most} levels",
    "tree.operands_too_deep": "operands are nested deeper than {most} levels",
    "tree.too_many_conditions": "there are more than {most:,} conditions",
    "tree.too_many_operands": "there are more than {most:,} operands",
    "trend.no_pairs": "no two known points are a multiple of {season_length} periods apart",
    "trend.too_few_points": "a trend needs {least} known points, and there are {count}",
    "types.one": "{type}",
    "types.or": "{others} or {last}",
    "unpivot.into_kept": "{name!r} is among the columns that stay",
    "unpivot.into_one": "names_into and values_into are both {name!r}",
    "unpivot.nothing_left": "no column is left to become rows besides {keep}",
    "unpivot.one_of": "unpivot has either columns, which become rows, or keep, whose others do",
    "unpivot.too_many_rows": (
        "{rows:,} rows of {columns:,} columns would become more than {most:,} rows"
    ),
    "upload.gave_up": (
        "the Dagster run that should load it ended {count} times without having done so; the "
        "log of the workers says why"
    ),
    "upload.is_taken": "{name!r} is being loaded, or was",
    "upload.needs_memory": "{name} takes too much memory to read: split it",
    "upload.no_name": "the file has no name: send it as the parameter name",
    "trace.no_id": (
        "{given!r} is no id of a request: it has 32 digits and letters from a to f, as the header x-request-id has them"
    ),
    "upload.not_found": "there is no upload {id}",
    "upload.not_here": "{name!r} has not arrived yet",
    "upload.nothing_sent": "the file is empty",
    "upload.removed": (
        "this file was removed, since nobody loaded it within a day, or it is loaded: send it again"
    ),
    "upload.store_refuses": "the store {url} does not take or give a file: {error}",
    "upload.too_large": (
        "this file has more than {megabytes} MB, the most that is taken here: split it; whoever keeps the instance may "
        "allow more by IOP_UPLOAD_MB"
    ),
    "upload.too_many_an_hour": "you sent {most} files within an hour: wait a while",
    "upload.too_many_at_once": "you are sending {most} files already: wait for one of them",
    "upload.too_many_waiting": "{most} of your files wait to be loaded: load or discard one",
    "upload.wrong_content_type": "content-type must be application/octet-stream, not {given!r}",
    "user.bad_name": (
        "{name!r} is no user name: at most 128 of a-z 0-9 . _ @ + ~ -, a letter or digit at "
        "each end"
    ),
    "user.disabled": "{name!r} is disabled; enable the account first",
    "user.disabled_at_console": "{name!r} is disabled; `iop user enable {name}`",
    "user.exists": "there is a user {name!r} already",
    "user.is_disabled": "the user {name!r} is disabled",
    "user.last_admin": "{name!r} is the last admin; make another one first",
    "user.no_such_id": "there is no user with id {id}",
    "user.no_such_name": "there is no user with name {name!r}",
    "user.of_other_role": "the user {name!r} is of role {role}",
    "value.above_most": "{given}; it must be at most {limit}",
    "value.below_least": "{given}; it must be at least {limit}",
    "value.empty": "is empty",
    "value.has_time_of_day": "{value!r} has a time of day, {label!r} is a date",
    "value.list_length": "must be a list of 1 to {most} values",
    "value.missing": "is missing",
    "value.must_be_finite": "{given}; it must be a finite number",
    "value.needless_key": "there is no such key here",
    "value.no_alternative": "{given}, which is none of {known}",
    "value.no_period": "{value!r} is no period",
    "value.not_a_value": "a value is a literal, a list, a period, a parameter or an expression",
    "value.not_above": "{given}; it must be greater than {limit}",
    "value.not_accepted": "{given}, which is not accepted here",
    "value.not_an_expression": "an expression is a literal, a field, arithmetic or a condition",
    "value.not_below": "{given}; it must be less than {limit}",
    "value.not_date": "{given}; it must be a date such as 2013-02-08",
    "value.not_finite": "is {given}; numbers must be finite",
    "value.not_json": "is {type}, which JSON does not have",
    "value.not_list": "{given}; it must be a list",
    "value.not_mapping": "{given}; it must be a mapping",
    "value.not_moment": "{given}; it must be a date and time such as 2013-02-08T06:00:00",
    "value.not_number": "{given}; it must be a number",
    "value.not_of_field": "{value!r} is no {kind}, which {label!r} is",
    "value.not_of_type": "{value!r} is no {kind}",
    "value.not_one_of": "{given}; it can be {known}",
    "value.not_one_of_but_near": "{given}; did you mean {near!r}? It can be {known}",
    "value.not_text": "{given}; it must be text",
    "value.not_truth": "{given}; it must be true or false",
    "value.not_whole_number": "{given}; it must be a whole number",
    "value.refused": "{said}",
    "value.too_deep": "is nested deeper than {most}",
    "value.too_few_characters": "has fewer than {limit} characters",
    "value.too_few_items": "has {count} entries; at least {limit}",
    "value.too_large_integer": "is an integer of more than 64 bits",
    "value.too_many_characters": "has more than {limit} characters",
    "value.too_many_items": "has more than {limit} entries",
    "value.unknown_key": "there is no such key here; it can be {known}",
    "value.unknown_key_but_near": (
        "there is no such key here; did you mean {near!r}? It can be {known}"
    ),
    "value.unknown_kind": "{given}; it can be {known}",
    "value.unknown_kind_but_near": "{given}; did you mean {near!r}? It can be {known}",
    "value.write": "{given}; write {meant}",
    "value.wrong_form": "{given}; it must be {form}",
    "weekday.each": "{weekday:weekday}",
    "weekday.name": "{weekday:weekday}",
    "weekdays.every": "every {all:and}",
    "weekdays.span": "{first} to {last}",
    "worker.no_progress": "no progress for {stalled_s:g} s while {doing}; its worker was ended",
    "write.in_the_way": (
        "someone else is changing this right now; nothing was changed, try again in a moment"
    ),
    "write.saved_alike": (
        "someone else just saved the same thing; nothing was changed, reload and try again"
    ),
}
