"""`python -m gateway.cli` is the console script `tongban`."""

from gateway.cli import main

if __name__ == "__main__":
    main()
