"""`python -m secdigest_pipeline.indicators.warninglists update PATH`: PATH is the `lists` folder of MISP's warninglists."""

import argparse
import sys
from pathlib import Path

from secdigest_pipeline.indicators.warninglists.update import ListFolderError, update

VENDORED = Path(__file__).parent / "data"


def main(arguments: list[str]) -> int:
    """Runs the command; exit code 1 with one line on stderr when the folder cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m secdigest_pipeline.indicators.warninglists", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("update", help="take the lists of a checked-out or installed MISP lists folder")
    command.add_argument("path", type=Path, help="folder with one folder a list, each holding list.json")
    given = parser.parse_args(arguments)
    try:
        lines = update(given.path, VENDORED)
    except ListFolderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
