#!/usr/bin/env bash
# sqlglot: MySQL's full years and months are translated to the new years and month ends that lie between.
#
# Expected: TIMESTAMPDIFF of MySQL counts full units. Its manual works out the ages of nine pets by it, on 19 August
#   2003: Fang, born on 27 August 1990, is 12, and Bowser, born on 31 August 1989, is 13. Translated to DuckDB, the
#   same query gives the same ages: DuckDB has a function for full units, date_sub.
#   https://dev.mysql.com/doc/refman/8.4/en/date-calculations.html (the table of pets and its ages)
#   https://duckdb.org/docs/stable/sql/functions/date (date_diff: "the number of partition boundaries";
#   date_sub: "the number of complete partitions")
# Seen: it is translated to date_diff. Four of nine pets are a year too old, those whose birthday is still to come; in
#   months four are a month too old, and somebody who came yesterday evening has stayed a day. No error and no warning:
#   sqlglot has them for what a dialect cannot say, and gives none with unsupported_level=RAISE either.
# Why it matters: reports are moved from MySQL to DuckDB, and layers that speak many dialects go through sqlglot. Ages,
#   terms of contracts and months since the last visit are right for a good half of all rows, so nobody sees it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==2.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import duckdb
import sqlglot

print(*(f"{name} {version(name)}" for name in ("sqlglot", "duckdb")))
# As the manual has them: name, day of birth, age in full years on 19 August 2003.
PETS = [
    ("Fluffy", "1993-02-04", 10),
    ("Claws", "1994-03-17", 9),
    ("Buffy", "1989-05-13", 14),
    ("Fang", "1990-08-27", 12),
    ("Bowser", "1989-08-31", 13),
    ("Chirpy", "1998-09-11", 4),
    ("Whistler", "1997-12-09", 5),
    ("Slim", "1996-04-29", 7),
    ("Puffball", "1999-03-30", 4),
]
# By hand: full months on that day.
MONTHS = [126, 113, 171, 155, 167, 59, 68, 87, 52]

duckdb.sql("CREATE TABLE pet (name VARCHAR, birth DATE)")
duckdb.executemany("INSERT INTO pet VALUES (?, ?)", [each[:2] for each in PETS])


def translated(select: str) -> str:
    text = sqlglot.transpile(select, read="mysql", write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    return text[0]


def asked(unit: str) -> list[int]:
    query = translated(f"SELECT TIMESTAMPDIFF({unit}, birth, DATE '2003-08-19') AS age FROM pet")
    print(query)
    return [age for (age,) in duckdb.sql(query).fetchall()]


years, months = asked("YEAR"), asked("MONTH")
for (name, birth, age), full, seen, seen_months in zip(PETS, MONTHS, years, months):
    told = "" if (seen, seen_months) == (age, full) else "   <-"
    print(f"{name:9} {birth}   years {age:2}, seen {seen:2}   months {full:3}, seen {seen_months:3}{told}")
stay = translated("SELECT TIMESTAMPDIFF(DAY, TIMESTAMP '2003-08-18 23:00:00', TIMESTAMP '2003-08-19 01:00:00')")
((days,),) = duckdb.sql(stay).fetchall()
print(f"from 23:00 to 01:00: days 0, seen {days}")
too_old = [name for (name, _, age), seen in zip(PETS, years) if seen == age + 1]
too_old_by_months = [name for (name, *_), full, seen in zip(PETS, MONTHS, months) if seen == full + 1]
rows = duckdb.sql("SELECT date_sub('year', birth, DATE '2003-08-19') FROM pet").fetchall()
by_date_sub = [age for (age,) in rows]
print(f"by DuckDB's date_sub: {by_date_sub}")
is_seen = (
    too_old == ["Fang", "Bowser", "Chirpy", "Whistler"]
    and too_old_by_months == ["Fang", "Bowser", "Slim", "Puffball"]
    and days == 1
    and by_date_sub == [age for *_, age in PETS]
)
sys.exit(not is_seen)
PY
