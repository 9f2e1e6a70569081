"""`python -m training`: train and judge models from the command line."""

import sys

from training.commands import app
from training.commands.console import prepare_terminal, require_text

if __name__ == "__main__":
    prepare_terminal()
    require_text(sys.argv[1:])
    app(prog_name="python -m training")
