"""How is the package run? `python -m vardskiftet` is the command `vardskiftet`."""

from vardskiftet.cli.main import main

if __name__ == "__main__":
    main()
