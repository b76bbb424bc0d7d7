"""Which SQL is one query that only reads, by the way in which each server writes texts, names and comments."""

from pathlib import Path

import pytest

from features.reading import spark_tables
from features.reading.databases.connectors import CONNECTORS
from features.reading.definition.source_definition import SourceDefinition
from features.reading.definition.source_toml import SourceToml
from features.reading.queries.sql_statement import Query, Statement

DIALECTS = {**{scheme: connector.dialect for scheme, connector in CONNECTORS.items()}, "spark": spark_tables.DIALECT}
BY_WORDS = sorted(set(DIALECTS) - {"postgresql", "postgres", "duckdb"})

READS = {
    "a plain query": "select a, count(*) from t group by 1",
    "with": "with x as (select 1 as a) select * from x",
    "a text with every sign": "select '; ) -- /* drop' as a from t",
    "a doubled quote in a text": "select 'it''s; drop' as a from t",
    "a comment at the end": "select 1 as a -- drop table t",
    "a comment within": "select /* drop; */ 1 as a",
    "words within names": "select created, inserted_at, grants, intoxicated from updates",
}
CHANGES = {
    "two statements": ("select 1; select 2", "several statements"),
    "a parenthesis too many": ("select 1) t, (select 2", "several statements"),
    "a parenthesis too few": ("select (1", "not one SELECT"),
    "another statement": ("commit", "not one SELECT"),
    "nothing": ("-- nothing", "not one SELECT"),
    "into": ("select * INTO x from t", "'into' may do more than read"),
    "for update": ("select * from t for update", "'update' may do more than read"),
    "a text without an end": ("select 'x from t", "what begins with '"),
    "a comment without an end": ("select 1 /* x", "what begins with /*"),
    "a comment in a comment": ("select 1 /* /* */ drop */", "what begins with /*"),
}
OWN = {
    "mysql: a quote after a backslash": ("mysql", r"select '\' ; drop -- ' as a", None),
    "mysql: two minuses are no comment": ("mysql", "select 1--1;drop table t", "several statements"),
    "mysql: a hash": ("mysql", "select 1 # ; drop\n as a", None),
    "mysql: a name": ("mysql", "select `into` from `a;b`", None),
    "mysql: a comment that is run": ("mysql", "select 1 /*!50000 , 2 */", "what begins with /*!"),
    "mariadb: a comment that is run": ("mariadb", "select 1 /*M! , 2 */", "what begins with /*M!"),
    "oracle: a backslash is a sign": ("oracle", r"select '\' ; drop -- ' as a", "several statements"),
    "oracle: its own quotes": ("oracle", "select q'[it's; ]' as a from dual", None),
    "oracle: other quotes of its own": ("oracle", "select nq'!it's; !' as a from dual", None),
    "oracle: a name that ends in q": ("oracle", "select iraq'[' as a from dual; drop", "several statements"),
    "mssql: a name": ("mssql", "select [into; x]]y] from [update]", None),
    "mssql: a name without an end": ("mssql", "select [into from t", "what begins with ["),
    "mssql: a query elsewhere": ("mssql", "select * from openrowset('x', 'y')", "'openrowset' may do more"),
    "sqlite: a name in three ways": ("sqlite", 'select "into", `drop`, 1 as a from t', None),
    "snowflake: dollars": ("snowflake", "select $$it's; $$ as a", None),
    "snowflake: slashes": ("snowflake", "select 1 as a // ; drop", None),
    "bigquery: three quotes": ("bigquery", "select '''it's; ''' as a", None),
    "bigquery: a name": ("bigquery", "select 1 as a from `p.d.t;`", None),
    "databricks: a raw text": ("databricks", r"select r'\' ; drop' as a", "what begins with r'"),
    "spark: a raw text": ("spark", r"select r'\' ; drop' as a", "what begins with r'"),
    "spark: an address": ("spark", "select * from parquet.`s3a://b/into;x`", None),
    "spark: a program": ("spark", "select transform(a) using 'sh' as a from t", "'using' may do more than read"),
    "spark: a function of lists": ("spark", "select transform(array(1), x -> x + 1) as a from t", None),
    "spark: a method of Java": ("spark", "select reflect('java.lang.System', 'exit', 1)", "'reflect' may do more"),
}


def rule(scheme: str, sql: str) -> str | None:
    definition = SourceDefinition(Path(), SourceToml())
    finding = DIALECTS[scheme].refusal(Statement(definition, sql, ((0, Query("x", "tables", "x", sql)),)))
    return finding.rule if finding else None


@pytest.mark.parametrize("scheme", BY_WORDS)
@pytest.mark.parametrize("query", READS)
def test_a_query_that_reads_is_run(scheme: str, query: str) -> None:
    assert rule(scheme, READS[query]) is None


@pytest.mark.parametrize("scheme", BY_WORDS)
@pytest.mark.parametrize("query", CHANGES)
def test_what_may_do_more_is_refused(scheme: str, query: str) -> None:
    sql, expected = CHANGES[query]
    assert (rule(scheme, sql) or "").startswith(f"SQL error: {expected}")


@pytest.mark.parametrize("query", OWN)
def test_each_server_has_its_own_quotes_and_comments(query: str) -> None:
    scheme, sql, expected = OWN[query]
    given = rule(scheme, sql)
    assert given is None if expected is None else (given or "").startswith(f"SQL error: {expected}")


def test_names_are_quoted_as_the_server_writes_them() -> None:
    assert CONNECTORS["mysql"].dialect.table("hr", "a`b") == "`hr`.`a``b`"
    assert CONNECTORS["mssql"].dialect.table("", "a]b") == "[a]]b]"
    assert CONNECTORS["snowflake"].dialect.table("main.hr", 'a"b') == '"main"."hr"."a""b"'


def test_a_shared_query_is_called_as_the_others_call_it() -> None:
    assert CONNECTORS["oracle"].dialect.shared_name("everyone") == "everyone"  # which is EVERYONE there, in both places
    assert CONNECTORS["oracle"].dialect.shared_name("every one") == '"every one"'
    assert CONNECTORS["postgresql"].dialect.shared_name("everyone") == '"everyone"'
