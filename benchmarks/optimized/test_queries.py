"""From a list's parameters to its SQL: fragments put together, and the ORM's compiler. Nothing is sent anywhere."""

from collections.abc import Callable

import pytest
from contract.cursors import CursorSigner
from contract.paging import Pager, Plan, by_place
from contract.parameters import parse
from optimized.contacts.infrastructure.connections import Database
from optimized.contacts.infrastructure.cursors import PlaceCodec
from optimized.contacts.infrastructure.orm_reader import COLUMNS, OrmReader
from optimized.contacts.infrastructure.sql.listing import Compiler
from optimized.contacts.infrastructure.sql_reader import SqlReader
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.incoming import LISTINGS, listing_request

DATABASE = Database(prepared=True)
COMPILER = Compiler(strength="substring", eager=True)
PAGER = Pager(CursorSigner("contacts", "of no use", PlaceCodec()), by_place, keyset=True, relevance=False)
PREBUILT = SqlReader(DATABASE, COMPILER, eager=True)
ORM = OrmReader(DATABASE, COMPILER, strength="substring", eager=True, values=False)


def prebuilt(plan: Plan) -> str:
    return PREBUILT.statements(plan)[0].sql


def orm(plan: Plan) -> str:
    sql, _ = ORM.stretches(plan)[0][: plan.window.limit].query.sql_with_params()
    return sql


def values(plan: Plan) -> str:
    sql, _ = ORM.stretches(plan)[0][: plan.window.limit].values_list(*COLUMNS).query.sql_with_params()
    return sql


@pytest.mark.parametrize("compile_plan", [prebuilt, values, orm])
@pytest.mark.parametrize("listing", LISTINGS)
def test_compile(benchmark: BenchmarkFixture, listing: str, compile_plan: Callable[[Plan], str]) -> None:
    benchmark.group = f"parameters to SQL: {listing}"

    def compile_query() -> str:
        request = listing_request(LISTINGS[listing])
        return compile_plan(PAGER.plan(parse(request.GET.dict(), cursors=True)))

    assert "ORDER BY" in benchmark(compile_query)
