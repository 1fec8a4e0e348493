"""The command line: thin. Each verb is one module: read, call, show, exit. Heavy libraries load when a verb runs, not for its help."""
