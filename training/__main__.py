"""`python -m training`: train and judge models from the command line."""

from training.commands import app
from training.commands.console import prepare_terminal

if __name__ == "__main__":
    prepare_terminal()
    app(prog_name="python -m training")
