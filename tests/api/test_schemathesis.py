"""Requests nobody thought of, made from the description of the API: no failure of ours, no undescribed answer."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.conftest import Program, shelf  # noqa: F401  # a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
EXAMPLES = 5
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_no_request_breaks_the_api_or_its_description(program: Program, shelf: dict[str, Any]) -> None:  # noqa: F811
    from shicheng.api.configuration import Configuration
    from shicheng.api.house import api
    from shicheng.settings.wsgi import application

    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = application
    failures: list[str] = []
    asked = 0

    def ask(operation: Any) -> None:
        nonlocal asked

        @seed(1)
        @given(case=operation.as_strategy())
        @hypothesis_settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def try_it(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {program.secret}"}
            response = case.call()
            case.validate_response(response, checks=CHECKS)

        try_it()

    with pytest.MonkeyPatch.context() as patch:
        from shicheng.api import door

        patch.setattr(door, "configuration", lambda: Configuration(token_rate=100_000))
        for result in schema.get_all_operations():
            operation = result.ok()
            try:
                ask(operation)
            except Exception as error:  # all of them are told at once
                failures.append(f"{operation.label}: {error}")
    assert failures == []
    assert asked >= 40
