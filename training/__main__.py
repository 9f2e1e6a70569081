"""`python -m training`: train and judge models from the command line."""

from training.commands import app

if __name__ == "__main__":
    app(prog_name="python -m training")
