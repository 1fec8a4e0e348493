"""vardskiftet: moves a region's health records wave by wave, with books that close.

Floors, top to bottom: cli · run, report · store, engine, demo · declare, plan, judge · model · errors.
Imports go down only; tests/test_house.py watches it.
"""

__version__ = "0.1.0"
