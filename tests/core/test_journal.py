import os
import signal
import subprocess
import sys
import time

from core.engagement import Moment
from core.engagement.journal import Journal, Opening, unfinished
from core.expressions import Expression

WRITE = """
import time
from core.engagement import Moment
from core.engagement.journal import Journal, Opening
journal = Journal(Opening(id="x", consent="agreed", model="mien-8", digest="abc"))
for n in range(10_000):
    journal.add(Moment(seconds=n / 10, gap="nobody seen"))
    print(n, flush=True)
    time.sleep(0.1)
"""


def test_readings_come_back_and_deletion_leaves_nothing(home):
    journal = Journal(Opening(consent="agreed", model="mien-8", digest="abc"))
    moment = Moment(seconds=1.5, probabilities={Expression.FEAR: 1.0})
    journal.add(moment)
    (found,) = unfinished()
    assert found.opening == journal.opening
    assert found.moments() == [moment]
    found.delete()
    assert unfinished() == ()


def test_killed_process_loses_at_most_the_last_second(home):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE],
        env={**os.environ, "MIEN_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while int(process.stdout.readline()) < 20:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.1)
    (found,) = unfinished()
    assert found.moments()[-1].seconds >= 2.0 - 1.0
    assert len(found.moments()) >= 20


def test_torn_line_is_left_out(home):
    journal = Journal(Opening(consent="agreed", model="mien-8", digest="abc"))
    journal.add(Moment(seconds=1.0, gap="nobody seen"))
    with next((home / "engagements").glob("*.jsonl")).open("a") as file:
        file.write('{"seconds": 2')
    assert [moment.seconds for moment in unfinished()[0].moments()] == [1.0]
