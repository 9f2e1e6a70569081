"""`python -m core`: read pictures from the command line."""

from core.command import app

if __name__ == "__main__":
    app(prog_name="python -m core")
