"""How is the package run? `python -m vardskiftet` is the command `vardskiftet`."""

import sys


def main() -> None:
    """The command; exit code 9 where there is not even memory enough to load it."""
    try:
        from vardskiftet.cli.main import main as command
    except MemoryError:
        sys.stderr.write("There is not enough memory to begin. Nothing was done; free memory and give the same command again.\n")
        sys.exit(9)
    command()


if __name__ == "__main__":
    main()
