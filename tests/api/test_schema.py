"""The interface does what its own document says, whatever that document allows to send."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection
from starlette.applications import Starlette

from api import access, mount
from core.classifier import load_classifier
from core.engagement.closing import close_journal
from core.engagement.journal import Journal, Opening
from core.settings import settings as server_settings

TOKEN = "a token of this test"
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", Starlette(routes=[mount()]))


@pytest.fixture
def token(generous, monkeypatch) -> dict[str, str]:
    """What lets a call in; calls that go without are refused, however many they are."""
    monkeypatch.setenv("MIEN_API_TOKENS", f'["{TOKEN}"]')
    server_settings.cache_clear()
    monkeypatch.setattr(access, "WRONG_TOKENS_A_MINUTE", 10**6)
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def statuses() -> Iterator[set[int]]:
    """Those of all answers; every operation must have done once what it is there for."""
    found: set[int] = set()
    yield found
    assert found & {200, 201, 204}, f"nothing but {sorted(found)}"


def name_what_is_there(case, picture: bytes) -> None:
    """Let a case speak of an engagement and a picture that there are: by chance none does."""
    if "id" in case.path_parameters:
        bundle = load_classifier().bundle
        opening = Opening(consent="agreed", model=bundle.name, digest=bundle.digest, source="api")
        journal = Journal.begin(opening)
        if case.method == "GET":
            close_journal(journal, "", "a test")
        case.path_parameters["id"] = opening.id
    if isinstance(case.body, dict) and "picture" in case.body:
        case.body["picture"] = picture
    if isinstance(case.body, dict) and "pictures" in case.body:
        case.body["pictures"] = [picture]


def sends_numbers_for_pictures(case) -> bool:
    """Whether what is forbidden looks allowed: in a form a number for a picture is a file with its digits."""
    body = case.body if isinstance(case.body, dict) else {}
    several = body.get("pictures")
    given = [body.get("picture", b""), *(several if isinstance(several, list) else [])]
    return not all(isinstance(one, str | bytes) for one in given)


@SCHEMA.given(exists=st.booleans())
@SCHEMA.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_document_allows_is_answered_as_it_says(case, exists, token, statuses, portrait_file):
    sent = {} if case.meta.is_negative_at(ParameterLocation.HEADER) else token
    is_real = exists and case.meta.generation.mode.is_positive
    if is_real:
        name_what_is_there(case, portrait_file.read_bytes())
    passes = is_real or sends_numbers_for_pictures(case)  # the check takes a picture's bytes for no string
    meant_well = [negative_data_rejection] if passes else []
    statuses.add(case.call_and_validate(headers=sent, excluded_checks=meant_well).status_code)
