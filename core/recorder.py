"""What a live engagement keeps: the readings of one person, the customer, and of nobody else."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from core.engagement.journal import Journal, JournalError
from core.engagement.moment import Moment


@dataclass
class Recorder:
    """Where the customer's readings go, whichever reader they come from.

    Attributes:
        customer: number of the person whose readings are kept. None where it has to be chosen, again once
            that person was out of sight for so long that the next face may be anybody's; until then nobody's
            are kept.
        start: `time.monotonic()` when the engagement began: its times count from there.
        fault: why recording ended by itself; None where it did not.
    """

    journal: Journal
    customer: int | None = None
    start: float = field(default_factory=time.monotonic)
    fault: str | None = None

    @property
    def seconds(self) -> float:
        """Since it began, also while no frame comes."""
        return time.monotonic() - self.start

    def look(self, shown: Mapping[int, Moment], known: Collection[int], arrived: float) -> None:
        """Keep what one frame shows of the customer, or that it shows nothing of them.

        Args:
            shown: what is read of each person in the frame, by number.
            known: numbers of those who are in sight, or were a moment ago.
            arrived: `time.monotonic()` when the frame came.
        """
        if self.fault is not None or arrived < self.start:
            return
        customer = self.customer
        if customer is not None and customer not in known:
            self.customer = customer = None
        if customer is None:
            moment = Moment(seconds=0, gap="nobody chosen")
        else:
            moment = shown.get(customer, Moment(seconds=0, gap="not in sight"))
        try:
            self.journal.add(moment.model_copy(update={"seconds": arrived - self.start}))
        except JournalError as error:
            self.fault = str(error)
