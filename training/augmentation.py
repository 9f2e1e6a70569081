"""Random changes of crops, inside the training step: one affine warp, then light and erasing."""

import math
from typing import Final

import keras
import numpy as np
from keras import KerasTensor, ops

from core.faces import CROP_SIZE
from training.recipe import AugmentationRecipe

BLUR_SIGMA: Final = 1.5
"""Pixels; a blurred crop is a random mixture of itself and itself blurred by this."""


class FusedAugmentation(keras.layers.Layer):
    """Warp, flip, blur, light, noise and erasing for a batch of raw crops.

    Takes and gives float32 (n, 48, 48, 1) in 0 to 255; does nothing at inference.
    """

    def __init__(self, recipe: AugmentationRecipe, seed: int) -> None:
        super().__init__(dtype="float32")
        self.recipe = recipe
        self.random = keras.random.SeedGenerator(seed)
        offsets = np.arange(-4, 5)
        bell = np.exp(-(offsets**2) / (2 * BLUR_SIGMA**2))
        self.bell = (bell / bell.sum()).astype("float32")

    def call(self, crops: KerasTensor, training: bool = False) -> KerasTensor:
        """Change a batch of crops, or hand it on at inference."""
        if not training:
            return crops
        recipe = self.recipe
        crops = self._warp(crops)
        if recipe.blur:
            crops = self._blur(crops)
        if recipe.contrast or recipe.brightness:
            crops = self._light(crops)
        if recipe.noise:
            strength = self._uniform(crops, 0, recipe.noise * 255)
            crops = crops + strength * keras.random.normal(ops.shape(crops), seed=self.random)
        if recipe.erase:
            crops = self._erase(crops)
        return ops.clip(crops, 0, 255)

    def _uniform(self, crops: KerasTensor, low: float, high: float) -> KerasTensor:
        """One number a crop, (n, 1, 1, 1)."""
        return keras.random.uniform((ops.shape(crops)[0], 1, 1, 1), low, high, seed=self.random)

    def _warp(self, crops: KerasTensor) -> KerasTensor:
        """Rotation · shift · shear · zoom as in Keras' ImageDataGenerator, and the flip."""
        recipe = self.recipe

        def draw(low: float, high: float) -> KerasTensor:
            return ops.reshape(self._uniform(crops, low, high), (-1,))

        turn = draw(-math.radians(recipe.rotation), math.radians(recipe.rotation))
        shear = draw(-math.radians(recipe.shear), math.radians(recipe.shear))
        zoom_x, zoom_y = (draw(1 - recipe.zoom, 1 + recipe.zoom) for _ in range(2))
        shift_x, shift_y = (draw(-recipe.shift * CROP_SIZE, recipe.shift * CROP_SIZE) for _ in range(2))
        mirror = ops.sign(draw(-1, 1)) if recipe.flip else ops.ones_like(turn)
        # Where an output pixel (x, y), seen from the centre, comes from:
        # x' = m·(cos·zx·x − sin'·zy·y) + tx, y' = sin·zx·x + cos'·zy·y + ty, primes with the shear added.
        a = mirror * ops.cos(turn) * zoom_x
        b = -mirror * ops.sin(turn + shear) * zoom_y
        c = ops.sin(turn) * zoom_x
        d = ops.cos(turn + shear) * zoom_y
        centre = (CROP_SIZE - 1) / 2
        offset_x = centre - (a + b) * centre + shift_x
        offset_y = centre - (c + d) * centre + shift_y
        zero = ops.zeros_like(a)
        matrix = ops.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1)
        return ops.image.affine_transform(crops, matrix, interpolation="bilinear", fill_mode="nearest")

    def _blur(self, crops: KerasTensor) -> KerasTensor:
        blurred = ops.pad(crops, [[0, 0], [4, 4], [4, 4], [0, 0]], mode="reflect")
        blurred = ops.conv(blurred, self.bell.reshape(-1, 1, 1, 1))
        blurred = ops.conv(blurred, self.bell.reshape(1, -1, 1, 1))
        chosen = ops.cast(self._uniform(crops, 0, 1) < self.recipe.blur, "float32")
        share = chosen * self._uniform(crops, 0, 1)
        return crops + share * (blurred - crops)

    def _light(self, crops: KerasTensor) -> KerasTensor:
        gain = self._uniform(crops, 1 - self.recipe.contrast, 1 + self.recipe.contrast)
        lift = self._uniform(crops, -self.recipe.brightness * 255, self.recipe.brightness * 255)
        mean = ops.mean(crops, axis=(1, 2, 3), keepdims=True)
        return ops.clip((crops - mean) * gain + mean + lift, 0, 255)

    def _erase(self, crops: KerasTensor) -> KerasTensor:
        """Fill a rectangle of 6 to 24 px a side with one grey."""
        across = ops.reshape(ops.arange(CROP_SIZE, dtype="float32"), (1, 1, -1, 1))
        down = ops.reshape(ops.arange(CROP_SIZE, dtype="float32"), (1, -1, 1, 1))
        inside = self._uniform(crops, 0, 1) < self.recipe.erase
        for axis in (across, down):
            centre, half = self._uniform(crops, 0, CROP_SIZE), self._uniform(crops, 3, 12)
            inside = ops.logical_and(inside, ops.abs(axis - centre) < half)
        return ops.where(inside, self._uniform(crops, 0, 255), crops)
