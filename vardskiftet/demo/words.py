"""Which words does the synthetic region use? Invented people, streets and notes, in Swedish with its letters and negations."""

from __future__ import annotations

from itertools import product

WOMEN = (
    "Anna", "Åsa", "Birgitta", "Cecilia", "Ebba", "Elin", "Eva", "Fatima", "Gunilla", "Görel", "Hanna", "Ingegärd", "Kerstin", "Leyla",
    "Linnéa", "Maj-Britt", "Märta", "Nour", "Sofia", "Ulla", "Viktoria", "Ylva", "Älva", "Ösa",
)  # fmt: skip
MEN = (
    "Ahmed", "Anders", "Åke", "Björn", "Carl-Johan", "Erik", "Göran", "Håkan", "Ivan", "Jörgen", "Karl", "Lars", "Mikael", "Mohammed",
    "Nils", "Olof", "Pär", "Rune", "Sören", "Torbjörn", "Viktor", "Yusuf", "Ådne", "Östen",
)  # fmt: skip
FAMILY_STARTS = ("Al", "Berg", "Björk", "Dal", "Ek", "Fors", "Grön", "Häll", "Lind", "Ljung", "Myr", "Näs", "Sjö", "Åker", "Äng", "Öst")
FAMILY_ENDS = ("berg", "dal", "fors", "gren", "holm", "kvist", "lund", "mark", "qvist", "ström", "sköld", "ås")
FAMILIES = (*(start + end for start, end in product(FAMILY_STARTS, FAMILY_ENDS)), "Ó Briain", "von Ängsö", "Al-Hässan", "D'Åre")
STREETS = tuple(
    start + end
    for start, end in product(
        ("Björk", "Ek", "Gård", "Höst", "Kvarn", "Lärk", "Skol", "Sjö", "Tall", "Å"), ("gatan", "vägen", "stigen", "backen", "allén")
    )
)
PLACES = (
    ("511 54", "Kinna"), ("503 30", "Borås"), ("517 35", "Bollebygd"), ("512 50", "Svenljunga"), ("514 30", "Tranemo"),
    ("523 30", "Ulricehamn"), ("447 30", "Vårgårda"), ("524 30", "Herrljunga"), ("541 30", "Skövde"), ("531 30", "Lidköping"),
    ("461 30", "Trollhättan"), ("435 30", "Mölnlycke"), ("413 01", "Göteborg"), ("475 40", "Öckerö"),
)  # fmt: skip

SIGNS = (
    "Inga tecken till blödning", "Ingen feber", "Inte smärtfri", "Utan anmärkning", "Ej allergisk", "Har ej tagit blodförtunnande",
    "Smärta i höger knä", "Svårt att gå i trappor", "Hörselnedsättning på vänster öra", "Trötthet sedan två månader", "Saknar närstående",
    "Återkommande yrsel, inga bröstsmärtor", "Blödning utesluten", "Ökad törst, utan viktnedgång", "Nekar till rökning",
)  # fmt: skip
WISHES = (
    "Önskar tid på förmiddagen.", "Tolk behövs (arabiska).", "Kallas när provsvar finns.", "Inga särskilda önskemål.",
    "Ring ej före kl. 10.", "Bedömning tacksamt.", "Kan komma med kort varsel.", "Ska inte kallas tillsammans med maken.",
    "Fastande från midnatt, utan undantag.",
)  # fmt: skip
# What a careless tool would trim, fold, unescape or cut: these must arrive byte for byte.
ODDITIES = (
    "Inga  dubbla  mellanslag får försvinna. ",
    "Rad ett\r\nRad två: ej bokad\n",
    "\tIndraget, utan\u00a0brytning",
    'Citat: "inga fynd"; 50 % <0,5',
    "A\u030angstro\u0308m i sammansatta tecken",
    "Emoji 🙂 och ’apostrof’",
    "O'Hara -- inget SQL; drop table x",
    "0",
    "  ",
    "NULL",
    "=1+1",
    "Blödning: 0",
)
NOTES = (*(f"{sign}. {wish}" for sign, wish in product(SIGNS, WISHES)), *ODDITIES)

VISITS = ("NB", "ÅB", "TEL", "VID", "HEM", "GRP", "PRV")
VISITS_UNKNOWN = ("ÖVR", "XX", "nb")
PROCEDURES = ("KNÄPROT", "HÖFTPROT", "GRÅSTARR", "GALLOP", "KARPAL", "LJUMSK", "TONSILL", "GASTRO")
PRIORITIES = ("1", "2", "3")
