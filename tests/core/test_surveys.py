import codecs

import numpy as np
import pytest

from core.engagement.survey_table import SurveyError, read_surveys
from core.engagement.surveys import check_surveys, usual_limit


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
    expected = {one.index: one.score for one in found.calibration}
    assert list(expected) == [5.0 * n for n in range(1, 20)]
    assert expected[10].high < expected[50].low < expected[50].value < expected[50].high < expected[90].low
    assert expected[50].value == pytest.approx(3, abs=0.5)


def test_index_that_says_nothing_is_told_so():
    found = check_surveys(*made(200, slope=0.0))
    assert found.correlation.low < 0 < found.correlation.high
    assert "says nothing" in found.verdict
    first, *_, last = found.calibration
    assert first.score.high > last.score.low, "what is expected is the same everywhere"


@pytest.mark.parametrize("place", range(0, 25, 4))
def test_one_customer_who_was_dissatisfied_shows_nothing_wherever_their_index_stands(place):
    index = {f"e{n}": float(4 * n) for n in range(25)}
    found = check_surveys(index, {name: 1.0 if n == place else 5.0 for n, name in enumerate(index)})
    assert found.correlation.low <= found.correlation.value <= found.correlation.high
    assert "says nothing" in found.verdict
    assert found.auc.low == 0.0 or found.auc.high == 1.0
    assert found.auc.high - found.auc.low > 0.3


def test_index_that_misleads_is_told_so():
    assert "lower survey scores" in check_surveys(*made(200, slope=-1.0)).verdict


def test_few_surveys_say_nothing():
    found = check_surveys(*made(19, slope=1.0))
    assert "too few" in found.verdict
    assert found.calibration == ()
    assert check_surveys(*made(20, slope=1.0)).calibration


def test_indices_close_together_have_a_score_to_expect_too():
    indices = {str(n): 51 + n / 10 for n in range(40)}
    found = check_surveys(indices, {name: index // 1 - 50 for name, index in indices.items()})
    assert [one.index for one in found.calibration] == [51, pytest.approx(54.9)]


def test_everybody_satisfied_gives_no_auc():
    found = check_surveys({f"{n}": n for n in range(30)}, {f"{n}": 5.0 for n in range(30)})
    assert found.auc is None
    assert found.correlation is None


def test_table_is_read_and_what_is_no_number_left_out():
    found = read_surveys(b"\xef\xbb\xbfID, Score\na,4\nb,\nc,9.5\n")
    assert (found.scores, found.without_number) == ({"a": 4.0, "c": 9.5}, 1)


def test_rows_without_an_id_are_nobodys_and_not_told_as_without_a_number():
    found = read_surveys(b"id,score\na,4\n,\n,7\n,x\nb,\nc,?\n")
    assert (found.scores, found.without_number) == ({"a": 4.0}, 2)


@pytest.mark.parametrize(
    "text",
    [
        "id;score\na;4,5\nb;3\n",
        "engagement_id,csat\na,4.5\nb,3\n",
        'Engagement ID,When,NPS\na,"1 May, 10:00","4,5"\nb,,3\n',
        "sep=;\r\nEngagementId;Rating\r\na;4,5\r\nb;3\r\n",
        "score\tid\tuser_agent\n4.5\ta\tFirefox\n3\tb\t\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_table_is_read_however_a_program_writes_it(text, encoding):
    assert read_surveys(text.encode(encoding)).scores == {"a": 4.5, "b": 3.0}


def test_letters_that_are_no_utf_8_are_read_too():
    assert read_surveys("id;score;ort\nä;4;Köln".encode("cp1252")).scores == {"ä": 4.0}
    big = codecs.BOM_UTF16_BE + "id;score\nä;4".encode("utf-16-be")
    assert read_surveys(big).scores == {"ä": 4.0}


def test_ids_with_several_scores_are_left_out_and_named():
    found = read_surveys(b"id,score\na,4\nb,2\na,5\nc,3\nc,3\n")
    assert found.scores == {"b": 2.0, "c": 3.0}
    assert found.contradicted == ("a",)


@pytest.mark.parametrize(("highest", "limit"), [(5, 4), (4, 4), (10, 9), (100, 80), (87, 80), (1000, 800)])
def test_satisfied_is_who_gives_a_high_score_on_the_scale_asked(highest, limit):
    assert usual_limit({"a": 1.0, "b": float(highest)}) == limit


@pytest.mark.parametrize(
    "column",
    [
        *("Representative", "Served by", "served_by", "Agent", "agentName", "agentid", "Sales reps"),
        *("Clerk", "account manager", "Operator", "Mitarbeiterin", "STAFF", "handled-by", "consultant"),
        *("Sachbearbeiterin", "Beraterin", "Mitarbeiternummer", "Kundenberater", "Verkäufer_ID"),
    ],
)
def test_column_that_names_people_at_work_is_refused(column):
    with pytest.raises(SurveyError, match="people at work"):
        read_surveys(f"id,score,{column}\na,4,Ben".encode())


@pytest.mark.parametrize("column", ["user_agent", "User-Agent", "agency", "reply", "report", "staffordshire"])
def test_column_that_only_sounds_like_it_is_taken(column):
    assert read_surveys(f"id,score,{column}\na,4,x".encode()).scores == {"a": 4.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"id,score,Agent name\na,4,Ben", "people at work"),
        (b"id,points\na,4", "needs the columns"),
        (b"id,score\na,good", "No row has an id and a number"),
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
