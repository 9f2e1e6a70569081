import numpy as np

from core.bundles import Bundle
from core.classifier import Classifier
from tests.training.conftest import make_crops
from training.datasets.labelled import without_a_face
from training.evaluation import measure_refusal


def grey(n):
    return without_a_face(
        np.full((n, 48, 48, 1), 128, np.uint8), np.array([f"grey-{i}" for i in range(n)]), "grey"
    )


def test_crops_without_any_contrast_get_no_label(champion):
    found = measure_refusal(champion, grey(4), make_crops(2))
    assert (found.nonfaces, found.nonfaces_refused) == (4, 1.0)
    assert found.faces == len(make_crops(2))
    assert found.faces_unanswered >= found.faces_refused > 0.9


def test_bars_are_called_unlike_a_face_but_a_real_face_is_not(champion, portrait):
    from core import faces

    crop = faces.crop(portrait, [face.landmarks for face in faces.find(portrait)])
    face = make_crops(1).take(np.zeros(1, np.intp))
    real = face.__class__(
        crop,
        *(getattr(face, name) for name in ("targets", "subjects", "sequences", "sources", "parts", "names")),
    )
    assert measure_refusal(champion, grey(1), real).faces_refused == 0
    assert measure_refusal(champion, grey(1), make_crops(4)).faces_refused > 0.9


def test_refusal_leaks_where_the_first_model_knew_nonfaces(champion):
    card = champion.bundle.card
    learned = card.training.model_copy(update={"learned_before": ("FER+", "not a face")})
    knowing = Bundle(
        champion.bundle.folder, card.model_copy(update={"training": learned}), champion.bundle.digest
    )
    assert measure_refusal(Classifier(knowing), grey(1), make_crops(1)).leaks
