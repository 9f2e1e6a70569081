"""The interface does what its own document says, whatever that document allows to send."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from starlette.applications import Starlette

from api import mount

SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", Starlette(routes=[mount()]))


@pytest.mark.usefixtures("generous")
@SCHEMA.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_document_allows_is_answered_as_it_says(case):
    case.call_and_validate()
