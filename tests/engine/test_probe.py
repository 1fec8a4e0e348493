"""Is everything that reaches out of the row refused, and everything that an engineer needs let through?"""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vardskiftet.engine.probe import BARE_WORDS, FORBIDDEN, probe

PASSES = {
    "makulerad = 'J'": {"makulerad"},
    "starttid > '2024' and not (a is null or b in ('x', 'y'))": {"starttid", "a", "b"},
    "case allvar when 'H' then 'high' when 'L' then 'low' end": {"allvar"},
    "starts_at > timestamptz '2030-01-01 00:00:00+00'": {"starts_at"},
    "starts_at > extracted_at + interval 3 day": {"starts_at", "extracted_at"},
    "coalesce(nullif(trim(a), ''), b) || '-' || lpad(c, 4, '0')": {"a", "b", "c"},
    "try_cast(a as decimal(10, 2)) between 1 and 2.5": {"a"},
    "regexp_matches(a, '^[0-9]+$') or a like 'x%' or a similar to 'y.*'": {"a"},
    "a::date - date '2024-01-01' > 3": {"a"},
    "age(a::timestamp, b::timestamp) > interval 1 year": {"a", "b"},
    "extract(year from a::date) = 2024 and strftime(a::date, '%Y') = '2024'": {"a"},
    "a at time zone 'Europe/Stockholm'": {"a"},
    '"Ö Å" = "order" and "select" is not distinct from \'from\'': {"Ö Å", "order", "select"},
    "greatest(a::int, b::int) % 2 = 0": {"a", "b"},
    "substring(a from 1 for 2) = left(a, 2) and a[1] = 'x' and a[1:2] <> ''": {"a"},
    "string_split(a, ',')[1]": {"a"},
    "list_transform(string_split(a, ','), lambda x: upper(x) || b)": {"a", "b"},
    "[y || b for y in string_split(a, ',') if y <> '']": {"a", "b"},
    "x || list_transform(string_split(a, ','), lambda x: x)[1]": {"a", "x"},
    "a -> '$.b' = c and d ->> 'e' = 'f'": {"a", "c", "d"},
    "list_sum([a::int, 2])": {"a"},
    "{'k': a}.k": {"a"},
    "sha256(a) <> md5(b)": {"a", "b"},
    "1 = 1": set(),
    "a = '--' or b = '/*' or c = ';)'": {"a", "b", "c"},
    "a /* a note ) */ = b": {"a", "b"},
    "a -- a note )\n = b": {"a", "b"},
    "a\n=\nb": {"a", "b"},
    "error = 'x' and uuid = 'y' and query = 'z' and random = 'å'": {"error", "uuid", "query", "random"},
}


@pytest.mark.parametrize("expression", PASSES)
def test_an_expression_over_the_row_passes_with_its_columns(expression: str) -> None:
    probed = probe(expression)
    assert probed.error == ""
    assert probed.columns == PASSES[expression]


REFUSED = {
    "a subquery": (
        "(select 1)",
        "exists (select 1)",
        "a in (select b from t)",
        "a = any (select 1)",
        "(from t)",
        "(table t)",
        "(values (1))",
    ),
    "a set of rows": ("(select 1) + 1", "case when (select true) then 1 end", "list_transform([1], lambda x: (select x))"),
    "several rows made of one": ("unnest([1, 2])", "generate_subscripts([1], 1)", "regexp_split_to_table(a, ',')"),
    "a clause": (
        "1 from t",
        "1 where true",
        "a group by a",
        "a order by a",
        "a limit 1",
        "a union select 2",
        "distinct a",
        "a qualify true",
    ),
    "a list": ("1, 2", "a, b", "a; b", "1; drop table t", "", "  ", "()", "1 as x", "a b"),
    "a way out of its parentheses": (
        "1) from (select 1",
        "a) or (1 = 1",
        "1), (2",
        "a --",
        "a -- x",
        "a /*",
        "a -- )",
        "--",
        "a)--",
        "'",
        '"',
        "$$",
    ),
    "other rows": ("count(*)", "sum(a)", "max(a)", "string_agg(a, ',')", "first(a)", "any_value(a)", "geomean(a)", "json_group_array(a)"),
    "a window": ("sum(a) over ()", "row_number() over (order by a)", "row_number()", "lag(a)", "rank()", "lead(a) over w"),
    "what is no value": ("*", "columns(*)", "columns('a.*')", "$1", "?", "$name", "#1", "default", "grouping(a)", "* exclude (a)"),
    "files": ("read_text('x')", "read_blob('x')", "read_csv('x')", "glob('*')", "parquet_metadata('x')", "sniff_csv('x')"),
    "the environment": ("getenv('HOME')", "GetEnv('HOME')", "'HOME'.getenv()", "system.main.getenv('x')", "\"getenv\"('x')"),
    "settings": (
        "current_setting('threads')",
        "getvariable('extracted_at')",
        "version()",
        "current_schemas(true)",
        "in_search_path('a', 'b')",
    ),
    "the catalogue": (
        "duckdb_tables()",
        "pg_typeof(a)",
        "pragma_version()",
        "get_block_size('x')",
    ),
    "the clock": ("now()", "today()", "current_date", "CURRENT_TIMESTAMP", "localtime", "localtimestamp", "age(a)", "ago(interval 1 day)"),
    "the session": (
        "user",
        "user()",
        "current_user",
        "session_user",
        "current_role",
        "current_catalog",
        "current_query()",
        "txid_current()",
    ),
    "chance": ("random()", "uuid()", "gen_random_uuid()", "uuidv7()", "setseed(0.5)"),
    "doing": ("nextval('s')", "setval('s', 1)", "write_log('x')", "sleep_ms(1000)", "pg_sleep(1)", "error('x')", "query('select 1')"),
    "what is not there": ("uppr(a)", "lastval()", "a.b", "t.a = 1", '"my t".a'),
    "the old lambda": ("list_transform([1], x -> x + 1)",),
    "other statements": ("drop table t", "set threads = 1", "copy t to 'x'", "call f()", "pragma version"),
    "no text": ("a\0b", "\0"),
}


@pytest.mark.parametrize(("why", "expression"), [(why, one) for why, ones in REFUSED.items() for one in ones])
def test_whatever_is_more_or_less_than_that_is_refused(why: str, expression: str) -> None:
    probed = probe(expression)
    assert probed.error, f"{why}: {expression} passed"
    assert probed.error.endswith((".", "'", '"', "!")) or ":" in probed.error
    assert "\n" not in probed.error
    assert not probed.columns


@pytest.mark.parametrize("word", FORBIDDEN)
def test_every_forbidden_family_is_refused(word: str) -> None:
    names = [word]
    if word.endswith("_"):
        with duckdb.connect() as duck:
            rows = duck.execute("select distinct function_name from duckdb_functions() where starts_with(function_name, ?)", [word])
            names = [name for (name,) in rows.fetchall()]
        assert names, f"DuckDB has no function that begins with {word}"
    assert all(probe(f"{name}()").error for name in names)


@pytest.mark.parametrize("word", BARE_WORDS)
def test_a_word_that_duckdb_answers_by_itself_is_refused(word: str) -> None:
    with duckdb.connect() as duck:
        assert duck.execute(f"select {word}::varchar").fetchall()
    assert probe(word).error
    assert probe(f"upper({word.upper()})").error


def test_all_that_duckdb_calls_volatile_is_refused() -> None:
    with duckdb.connect() as duck:
        rows = duck.execute("select distinct function_name from duckdb_functions() where stability <> 'CONSISTENT'").fetchall()
    names = [name for (name,) in rows]
    assert len(names) > 20
    assert [name for name in names if not probe(f'"{name}"()').error] == []


def test_all_aggregates_windows_and_tables_are_refused() -> None:
    query = "select function_name from duckdb_functions() group by all having not bool_or(function_type in ('scalar', 'macro', 'pragma'))"
    with duckdb.connect() as duck:
        names = [name for (name,) in duck.execute(query).fetchall()]
    assert len(names) > 100
    assert [name for name in names if not probe(f'"{name}"(a)').error] == []


@settings(max_examples=150)
@given(text=st.text() | st.from_regex(r"\A[a-z0-9()'\"*,;.\-+/\[\]{}:=<>$?# \n]{0,30}\Z"))
@example(text="(" * 5000 + "1" + ")" * 5000)
@example(text="1" + "+1" * 900)
@example(text="1" + "+1" * 20_000)
@example(text="{'a':" * 400 + "1" + "}" * 400)
@example(text="[" * 5000)
@example(text="not " * 3000 + "a")
@example(text="case when " * 2000)
@example(text="'" + "x" * 100_000)
@example(text="\U0010ffff")
@example(text=";;;")
def test_no_text_is_too_much_for_it(text: str) -> None:
    probed = probe(text)
    assert not (probed.error and probed.columns)
    assert "\n" not in probed.error


@settings(max_examples=60)
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12))
@example(name="a.b")
@example(name='"; --')
def test_a_quoted_name_is_a_column_whatever_it_holds(name: str) -> None:
    probed = probe('"' + name.replace('"', '""') + "\" = '1'")
    assert (probed.columns == {name}) or (name.lower() in BARE_WORDS)


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("concat_ws(' | ', k, at, raw)", "at"),
        ("upper(order)", "order"),
        ("Left || 'at'", "Left"),
        ("a || /* at */ 'at' || \"at\" ||", ""),
        ("case when a then b", ""),
        ("a b", ""),
    ],
)
def test_a_column_called_as_a_word_of_sql_is_told_to_be_quoted(expression: str, word: str) -> None:
    said = probe(expression).error
    assert said
    assert ("double quotes" in said, f"'{word}' is a word of SQL" in said) == (bool(word), bool(word)), said
    if word:
        assert probe(re.sub(rf"\b{word}\b(?!')", f'"{word}"', expression)).error == ""
