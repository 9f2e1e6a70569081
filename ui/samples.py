"""Pictures to try Mien on, from installed packages."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True)
class Sample:
    """A sample picture with its origin."""

    key: str
    title: str
    attribution: str
    file: str

    def read(self) -> bytes:
        """The encoded picture."""
        return files("skimage.data").joinpath(self.file).read_bytes()


SAMPLES: Final[dict[str, Sample]] = {
    sample.key: sample
    for sample in (
        Sample(
            "astronaut",
            "Astronaut",
            "Eileen Collins. Photo: NASA, public domain, from the scikit-image package.",
            "astronaut.png",
        ),
        Sample(
            "cat",
            "Cat",
            "Chelsea. Photo: Stéfan van der Walt, CC0, from the scikit-image package.",
            "chelsea.png",
        ),
    )
}
