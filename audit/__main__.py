"""`python -m audit`: the auditor's commands, which run alone."""

import sys

from audit.cli import main

if __name__ == "__main__":
    sys.exit(main())
