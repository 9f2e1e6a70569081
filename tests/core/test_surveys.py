import numpy as np
import pytest

from core.engagement.surveys import SurveyError, check_surveys, read_surveys


def made(n: int, slope: float, seed: int = 0) -> tuple[dict[str, float], dict[str, float]]:
    """Indices, and CSAT scores that follow them more or less."""
    rng = np.random.default_rng(seed)
    index = rng.uniform(0, 100, n)
    score = np.clip(np.rint(3 + slope * (index - 50) / 25 + rng.normal(0, 1, n)), 1, 5)
    names = [f"e{k}" for k in range(n)]
    return dict(zip(names, index.tolist(), strict=True)), dict(zip(names, score.tolist(), strict=True))


def test_index_that_follows_the_surveys_is_told_so():
    found = check_surveys(*made(200, slope=1.0))
    assert found.correlation.low > 0.4
    assert found.auc.low > 0.6
    assert "clearly with higher" in found.verdict
    assert [score for _, score in found.expected] == sorted(score for _, score in found.expected)


def test_index_that_says_nothing_is_told_so():
    found = check_surveys(*made(200, slope=0.0))
    assert found.correlation.low < 0 < found.correlation.high
    assert "says nothing" in found.verdict


def test_index_that_misleads_is_told_so():
    assert "lower survey scores" in check_surveys(*made(200, slope=-1.0)).verdict


def test_few_surveys_say_nothing():
    assert "too few" in check_surveys(*made(12, slope=1.0)).verdict


def test_everybody_satisfied_gives_no_auc():
    found = check_surveys({f"{n}": n for n in range(30)}, {f"{n}": 5.0 for n in range(30)})
    assert found.auc is None
    assert found.correlation is None


def test_table_is_read_and_what_is_no_number_left_out():
    assert read_surveys(b"\xef\xbb\xbfID, Score\na,4\nb,\nc,9.5\n") == {"a": 4.0, "c": 9.5}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"id,score,Agent name\na,4,Ben", "people at work"),
        (b"id,points\na,4", "needs the columns"),
        (b"id,score\na,good", "No row has a number"),
        (b"", "needs the columns"),
    ],
)
def test_table_that_cannot_be_used_is_one_sentence(text, sentence):
    with pytest.raises(SurveyError, match=sentence):
        read_surveys(text)


def test_surveys_of_other_engagements_are_one_sentence():
    with pytest.raises(SurveyError, match="None of the surveys"):
        check_surveys({"a": 1.0}, {"b": 2.0})


def test_damaged_table_is_one_sentence():
    with pytest.raises(SurveyError, match="damaged"):
        read_surveys(b'id,score\n"' + b"x" * 140_000)
