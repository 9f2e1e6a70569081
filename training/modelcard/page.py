"""A bundle's card as a page that a person can read (after Mitchell et al., FAT* 2019)."""

from collections.abc import Sequence
from typing import Final

from core.bundles import RUNTIME_FILE, Bundle, Card
from core.bundles.limits import limits_told
from training.modelcard.limits import abstention, groups, robustness
from training.modelcard.markdown import bullets, plain, table
from training.modelcard.scores import calibration, classes, comparison, scores_told
from training.registry import Promotion
from training.splits import how_apart

INTENDED: Final = (
    "Reading the expression of faces in photos whose people agreed to it, with a person who looks at the "
    "result.",
    "Comparing ways to train, on data sets that the reader holds.",
)
FORBIDDEN: Final = (
    "At work, in hiring or in education: inferring emotions there is prohibited in the European Union "
    "(AI Act, Article 5(1)(f)).",
    "Decisions about a person without human review; claims about what somebody feels.",
    "Faces of people who were not told.",
)


def model_card(bundle: Bundle, others: Sequence[Bundle] = (), promotions: Sequence[Promotion] = ()) -> str:
    """Write one bundle's card as Markdown.

    Args:
        others: bundles to put beside it where scores are compared.
        promotions: the log of all changes of the champion; those that concern this bundle are told.
    """
    promotions = [one for one in promotions if bundle.name in {one.name, one.previous}]
    card = bundle.card
    sections = (
        f"# {card.name}: {plain(card.title)}",
        _summary(card),
        "## What it may be used for\n\n" + bullets(INTENDED),
        "## What it must not be used for\n\n" + bullets(FORBIDDEN),
        "## How often it is right\n\n" + scores_told(card),
        "## Honest beside leaking\n\n" + comparison((bundle, *others)),
        "## Each expression\n\n" + classes(card),
        "## How sure it is\n\n" + calibration(card),
        "## When it gives no answer\n\n" + abstention(card),
        *(("## Worse pictures\n\n" + robustness(card),) if card.robustness else ()),
        "## Groups of people\n\n" + groups(card),
        "## Limits\n\n" + bullets(limits_told(card)),
        "## Data and terms\n\n" + card.terms,
        "## How it was trained\n\n" + _training(bundle),
        *(("## When it served\n\n" + _promotions(promotions),) if promotions else ()),
    )
    return "\n\n".join(sections) + "\n"


def _summary(card: Card) -> str:
    headline = card.headline
    text = f"It tells {', '.join(card.labels)} apart in 48 × 48 grey crops of faces."
    if headline:
        right = headline.accuracy
        text += (
            f" On {headline.data} it is right on **{right.value:.1%}** ({right.low:.1%} to "
            f"{right.high:.1%}) of {headline.n} crops: {how_apart(headline)}."
        )
    return text


def _promotions(promotions: Sequence[Promotion]) -> str:
    rows = (
        (
            f"{one.time:%Y-%m-%d %H:%M}",
            one.action,
            one.name,
            one.previous or "none",
            plain(one.by),
            plain(one.note) or "–",
        )
        for one in promotions
    )
    return table(("when (UTC)", "what", "served from then", "until then", "who", "why"), rows)


def _training(bundle: Bundle) -> str:
    card, run = bundle.card, bundle.card.training
    size = (bundle.folder / RUNTIME_FILE).stat().st_size / 1e6
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    start = f"from {run.initial}" if run.initial else "from scratch"
    taught = f", taught by {run.teacher}" if run.teacher else ""
    return bullets(
        (
            f"{card.parameters:,} parameters, {size:.2f} MB to serve ({card.runtime}); "
            f"recipe {run.recipe['name']}, {start}{taught}, seed {run.seed}.",
            f"{run.epochs} epochs in {run.seconds:,.0f} s on {run.device} ({run.backend}, {run.precision}).",
            f"Crops: {', '.join(f'{count:,} {part}' for part, count in run.rows.items())}.",
            f"Data digest {run.data_digest[:16]}; bundle {bundle.digest}; made {card.created:%Y-%m-%d}.",
            f"{versions}.",
        )
    )
