"""The five tables of the contract, column by column, as each database itself describes them."""

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.schema.engine import engine_for

# As the platform's contract writes them; nothing here may be renamed, narrowed or dropped.
CONTRACT = {
    "analytical_models": """
        id INT AUTO_INCREMENT PRIMARY KEY
        name VARCHAR(255) NOT NULL
        version VARCHAR(64) NOT NULL DEFAULT 'v1.0.0'
        type ENUM('rule_based','statistical','ml') NOT NULL
        status ENUM('draft','active','deprecated') DEFAULT 'draft'
        input_schema JSON
        output_schema JSON
        config JSON
        created_by INT
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
    """,
    "model_executions": """
        id INT AUTO_INCREMENT PRIMARY KEY
        model_id INT NOT NULL REFERENCES analytical_models(id)
        status ENUM('running','success','failed') DEFAULT 'running'
        input_ref VARCHAR(512)
        output_ref VARCHAR(512)
        duration_ms INT
        error_msg TEXT
        started_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        finished_at TIMESTAMP
    """,
    "report_templates": """
        id INT AUTO_INCREMENT PRIMARY KEY
        name VARCHAR(255) NOT NULL
        description TEXT
        query_config JSON NOT NULL
        format ENUM('json','csv','pdf') DEFAULT 'json'
        schedule VARCHAR(128)
        status ENUM('active','paused') DEFAULT 'active'
        created_by INT
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
    """,
    "generated_reports": """
        id INT AUTO_INCREMENT PRIMARY KEY
        template_id INT NOT NULL REFERENCES report_templates(id)
        status ENUM('pending','generating','ready','failed') DEFAULT 'pending'
        storage_url VARCHAR(1024)
        row_count INT
        size_bytes BIGINT
        generated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    """,
    "recommendations": """
        id INT AUTO_INCREMENT PRIMARY KEY
        title VARCHAR(255) NOT NULL
        description TEXT
        category ENUM('anomaly','trend','optimisation','forecast') NOT NULL
        severity ENUM('info','warning','critical') DEFAULT 'info'
        status ENUM('open','accepted','dismissed') DEFAULT 'open'
        source_ref VARCHAR(512)
        metadata JSON
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
    """,
}

# The least that an INSERT by the contract alone has to say.
LEAST_ROWS = {
    "analytical_models": {"name": "storms", "type": "ml"},
    "model_executions": {"model_id": 1},
    "report_templates": {"name": "daily", "query_config": "{}"},
    "generated_reports": {"template_id": 1},
    "recommendations": {"title": "Look at this", "category": "trend"},
}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    is_nullable: bool
    default: str | None
    is_current_on_update: bool
    is_auto_increment: bool
    references: str | None


@pytest.fixture
def engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


@pytest.mark.parametrize("table", CONTRACT)
def test_each_column_is_as_the_contract_says(engine: sa.Engine, table: str) -> None:
    expected = [_declared(line.strip()) for line in CONTRACT[table].strip().splitlines()]
    actual = {column.name: column for column in _described(engine, table)}
    assert [actual.get(column.name) for column in expected] == expected


def test_a_row_of_the_contracts_columns_alone_is_accepted_and_gets_the_defaults(
    engine: sa.Engine,
) -> None:
    with engine.begin() as connection:
        for table, row in LEAST_ROWS.items():
            names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        model = connection.execute(sa.text("SELECT * FROM analytical_models")).mappings().one()
        report = connection.execute(sa.text("SELECT * FROM generated_reports")).mappings().one()
    assert (model["id"], model["version"], model["status"]) == (1, "v1.0.0", "draft")
    assert model["created_at"] == model["updated_at"] is not None
    assert (report["status"], report["row_count"]) == ("pending", None)


def test_a_word_outside_an_enum_is_refused_by_the_database(engine: sa.Engine) -> None:
    statement = sa.text("INSERT INTO recommendations (title, category) VALUES ('x', 'gossip')")
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(statement)


def test_what_a_statement_was_given_is_not_in_its_error(engine: sa.Engine) -> None:
    statement = sa.text("INSERT INTO recommendations (title, category) VALUES (:title, 'gossip')")
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(statement, {"title": "a customer's name"})
    assert "customer" not in str(refused.value)


def test_text_keeps_every_character_and_names_keep_their_case(engine: sa.Engine) -> None:
    names = ["Èkó 🌩", "café", "cafe", "Cafe"]
    with engine.begin() as connection:
        statement = sa.text("INSERT INTO analytical_models (name, type) VALUES (:name, 'ml')")
        connection.execute(statement, [{"name": name} for name in names])
        connection.execute(
            sa.text("INSERT INTO recommendations (title, category) VALUES (:name, 'trend')"),
            {"name": names[0]},
        )
        stored = connection.scalars(sa.text("SELECT name FROM analytical_models ORDER BY id")).all()
        title = connection.scalar(sa.text("SELECT title FROM recommendations"))
    assert (stored, title) == (names, names[0])


def test_updated_at_moves_with_a_change_and_can_be_set_by_hand(engine: sa.Engine) -> None:
    read = sa.text("SELECT CAST(updated_at AS CHAR) FROM report_templates")
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO report_templates (name, query_config) VALUES ('daily', '{}')")
        )
        connection.execute(
            sa.text("UPDATE report_templates SET updated_at = '2020-01-01 00:00:00'")
        )
        by_hand = connection.scalar(read)
        connection.execute(sa.text("UPDATE report_templates SET description = 'changed'"))
        by_change = connection.scalar(read)
    assert by_hand == "2020-01-01 00:00:00"
    assert by_change is not None
    assert by_change > "2026"


def _declared(line: str) -> Column:
    found = re.fullmatch(
        r"(?P<name>\w+) (?P<type>\w+(?:\([^)]*\))?)(?P<auto> AUTO_INCREMENT PRIMARY KEY)?"
        r"(?P<not_null> NOT NULL)?(?: DEFAULT (?P<default>'[^']*'|CURRENT_TIMESTAMP))?"
        r"(?P<on_update> ON UPDATE CURRENT_TIMESTAMP)?(?: REFERENCES (?P<references>\S+))?",
        line,
    )
    assert found, line
    return Column(
        name=found["name"],
        type=found["type"],
        is_nullable=not (found["not_null"] or found["auto"]),
        default=found["default"] and found["default"].strip("'"),
        is_current_on_update=bool(found["on_update"]),
        is_auto_increment=bool(found["auto"]),
        references=found["references"],
    )


def _described(engine: sa.Engine, table: str) -> list[Column]:
    return _sqlite_columns(engine, table) if engine.name == "sqlite" else _columns(engine, table)


def _columns(engine: sa.Engine, table: str) -> list[Column]:
    """From information_schema, which is what SHOW COLUMNS prints."""
    statement = sa.text(
        "SELECT column_name AS n, column_type AS t, is_nullable AS u, column_default AS d, "
        "extra AS e, column_key AS k FROM information_schema.columns "
        "WHERE table_schema = DATABASE() AND table_name = :table"
    )
    references = _references(engine, table)
    is_json = _json_columns(engine, table)
    with engine.connect() as connection:
        rows = connection.execute(statement, {"table": table}).mappings().all()
    return [
        Column(
            name=row["n"],
            type="JSON" if row["n"] in is_json else _canonical(row["t"]),
            is_nullable=row["u"] == "YES",
            default=_plain_default(row["d"]),
            is_current_on_update="on update current_timestamp" in row["e"].lower(),
            is_auto_increment="auto_increment" in row["e"] and row["k"] == "PRI",
            references=references.get(row["n"]),
        )
        for row in rows
    ]


def _json_columns(engine: sa.Engine, table: str) -> set[str]:
    """MariaDB's JSON is LONGTEXT with a check that it is valid."""
    with engine.connect() as connection:
        created = connection.execute(sa.text(f"SHOW CREATE TABLE {table}")).one()[1]
    return set(re.findall(r"`(\w+)` (?:json\b|longtext [^\n]*json_valid)", created))


def _sqlite_columns(engine: sa.Engine, table: str) -> list[Column]:
    references = _references(engine, table)
    inspector = sa.inspect(engine)
    enums = {
        words[1]: f"ENUM({words[2].replace(', ', ',')})"
        for check in inspector.get_check_constraints(table)
        if (words := re.fullmatch(r"(\w+) IN \((.*)\)", check["sqltext"]))
    }
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"PRAGMA table_info({table})")).mappings().all()
        triggers = connection.scalars(
            sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
            {"table": table},
        ).all()
    return [
        Column(
            name=row["name"],
            type=enums.get(row["name"]) or _canonical(row["type"]),
            is_nullable=not row["notnull"],
            default=_plain_default(row["dflt_value"]),
            is_current_on_update=any(
                f"SET {row['name']} = CURRENT_TIMESTAMP" in trigger for trigger in triggers
            ),
            # An INTEGER PRIMARY KEY is SQLite's row id.
            is_auto_increment=bool(row["pk"]) and row["type"] == "INTEGER",
            references=references.get(row["name"]),
        )
        for row in rows
    ]


def _references(engine: sa.Engine, table: str) -> dict[str, str]:
    return {
        key["constrained_columns"][0]: f"{key['referred_table']}({key['referred_columns'][0]})"
        for key in sa.inspect(engine).get_foreign_keys(table)
    }


def _canonical(kind: str) -> str:
    """Without the display widths of old servers: int(11) is INT."""
    if kind.lower().startswith("enum"):
        return "ENUM" + kind[4:]
    plain = re.sub(r"\b((?:big)?int)\(\d+\)", r"\1", kind.lower())
    return {"integer": "INT"}.get(plain, plain.upper())


def _plain_default(default: str | None) -> str | None:
    if default is None or default == "NULL":
        return None
    plain = default.strip("'")
    is_now = re.fullmatch(r"\(?current_timestamp(\(\))?\)?", plain, re.IGNORECASE)
    return "CURRENT_TIMESTAMP" if is_now else plain
