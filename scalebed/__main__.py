"""`python -m scalebed` is the command line."""

from scalebed.cli import app

if __name__ == "__main__":
    app(prog_name="scalebed")
