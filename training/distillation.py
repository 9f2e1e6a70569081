"""Learn from a larger model's answers besides the labels (Hinton et al., 2015).

The teacher is asked about the very crop that the network sees, changed and mixed as it is: a patient and
consistent teacher (Beyer et al., CVPR 2022), which tells more than its answers written down once.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import KerasTensor, ops
from pydantic import ValidationError

from core.bundles import Bundle
from core.errors import RecipeError
from training.datasets.labelled import LabelledCrops
from training.initial import columns_of, networks_of
from training.networks import build_network, most_numbers
from training.recipe import Recipe
from training.unsaved import Unsaved


class Teacher(Unsaved):
    """Answer for crops as a trained model does: float32 (n, 48, 48, 1) in, probabilities (n, classes) out.

    A model of several networks averages their logits; their mirror images are not asked, since every second
    crop is one.

    Args:
        networks: float32 crops to logits (n, k), in the number format to compute in.
        places: which of the k outputs each class is taken from; None where the teacher has no such class.

    Attributes:
        most_numbers: that one of its layers gives for a crop.
    """

    def __init__(self, networks: Sequence[keras.Model], places: Sequence[int | None]) -> None:
        super().__init__(dtype="float32", trainable=False)
        self.most_numbers = max(most_numbers(network) for network in networks)
        self.asks = [self._adopt(network) for network in networks]
        self.known = [place for place in places if place is not None]
        self.spread = np.eye(len(places), dtype=np.float32)[[place is not None for place in places]]

    def _adopt(self, network: keras.Model) -> tuple[Callable[..., Any], list[keras.Variable]]:
        """Own copies of a network's weights: Keras would save those of a layer within a layer."""
        network.trainable = False
        own = []
        for number, variable in enumerate(network.non_trainable_variables):
            copy = self.add_weight(
                shape=variable.shape,
                dtype=variable.dtype,
                initializer="zeros",
                trainable=False,
                name=f"{network.name}-{number}",
            )
            copy.assign(variable.value)
            own.append(copy)
        return network.stateless_call, own

    def call(self, crops: KerasTensor) -> KerasTensor:
        """Ask each network, average, and give the classes their places."""
        logits = [ask([], own, crops, training=False)[0] for ask, own in self.asks]
        mean = ops.mean(ops.stack([ops.cast(each, "float32") for each in logits]), axis=0)
        return ops.matmul(ops.softmax(ops.take(mean, self.known, axis=1)), self.spread)

    def compute_output_shape(self, crops_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """One probability a class."""
        return (crops_shape[0], self.spread.shape[1])


class Taught(keras.layers.Layer):
    """Hand logits (n, classes) on, and add the cross-entropy to the teacher's answers to the loss.

    Takes logits, the teacher's probabilities, and trust (n, 1): the weight of each row. The cross-entropy to
    the row's own target has the rest, as its sample weight.
    """

    def call(self, logits: KerasTensor, answers: KerasTensor, trust: KerasTensor) -> KerasTensor:
        """Add the loss of a batch."""
        loss = keras.losses.categorical_crossentropy(answers, logits, from_logits=True)
        self.add_loss(ops.mean(ops.reshape(trust, (-1,)) * loss))
        return logits

    def compute_output_shape(
        self,
        logits_shape: tuple[int | None, ...],
        answers_shape: tuple[int | None, ...],
        trust_shape: tuple[int | None, ...],
    ) -> tuple[int | None, ...]:
        """That of the logits."""
        return logits_shape


def build_teacher(bundle: Bundle, columns: Sequence[int]) -> Teacher:
    """Make a bundle's model ready to be asked in the training step, in the number format of that step.

    Args:
        columns: which columns of `LabelledCrops.targets` the taught network's outputs stand for.

    Raises:
        RecipeError: the bundle holds no network that can be asked here, or knows none of the classes.
    """
    answered = columns_of(bundle)
    if not set(answered) & set(columns):
        raise RecipeError(
            f"The model {bundle.name} knows none of the classes to learn: choose another teacher."
        )
    try:
        recipe = Recipe.model_validate(bundle.card.training.recipe)
    except ValidationError:
        raise RecipeError(
            f"The model {bundle.name} was made by a version whose settings are unknown here: choose another "
            "teacher."
        ) from None
    networks = []
    for trained in networks_of(bundle, "to learn from: choose another teacher"):
        network = build_network(recipe, len(answered))
        network.set_weights(trained.get_weights())
        networks.append(network)
    return Teacher(networks, [answered.index(c) if c in answered else None for c in columns])


def trust_of(data: LabelledCrops, bundle: Bundle, share: float) -> npt.NDArray[np.float32]:
    """How much of each row's target is the teacher's answer, float32 (n,).

    A teacher is believed about data sets that it has learned from, where it has the row's class: what it says
    of posed faces when it saw none is worse than their labels.

    Raises:
        RecipeError: it would be believed about no row, or not at all.
    """
    if not share:
        raise RecipeError("The recipe's teacher_share is 0, so no teacher would be heard: raise it.")
    known = np.isin(data.sources, sorted(bundle.card.training.all_sources))
    known &= np.isin(data.labels, columns_of(bundle))
    if not known.any():
        raise RecipeError(
            f"The model {bundle.name} has learned from none of these data sets, so it would not be asked: "
            "choose another teacher."
        )
    return np.where(known, share, 0).astype(np.float32)
