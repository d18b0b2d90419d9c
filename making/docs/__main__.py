"""``dev.py docs`` builds the site into ``site/``; ``docs links`` asks every address outside whether it answers."""

import sys
from pathlib import Path

from making.docs import outside
from making.docs.navigation import ROOT
from making.docs.site import SiteIsWrong, build

USAGE = "docs: builds the site; docs FOLDER: builds it there; docs links: asks every external link"


def main(arguments: list[str]) -> int:
    """Run the command; 0 when nothing is wrong."""
    match arguments:
        case ["links"]:
            return outside.report()
        case [] | [_]:
            folder = Path(arguments[0]).resolve() if arguments else ROOT / "site"
            try:
                pages = build(folder)
            except SiteIsWrong as error:
                print(error, file=sys.stderr)
                return 1
            print(f"{pages} pages are in {folder}: open {folder / 'index.html'}")
            return 0
        case _:
            print(USAGE, file=sys.stderr)
            return 2


sys.exit(main(sys.argv[1:]))
