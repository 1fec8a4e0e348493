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

GROWTH = ("VIKT", "LÄNGD", "HUVUD")
GROWTH_UNKNOWN = ("BMI", "MIDJA", "vikt?")
VACCINES = ("DTP-IPV-HIB-HEPB", "DTP-IPV", "MPR", "PNC", "ROTA", "HPV", "DTP", "INFL", "TBE")
VACCINES_APART = ("DTP IPV", "dtp-ipv", "mpr", "Pnc", "DTP IPV HIB HEPB")
"""The same, written otherwise: the mapping knows them all the same."""
VACCINES_UNKNOWN = ("GULA FEBERN", "COV-19", "MPRV")
# KSH97-P: the short form of the classification that primary care used, with a letter after a hyphen or a point left out.
DIAGNOSES_PRIMARY = ("J06-P", "I10-P", "E11-P", "M54-P", "F41-", "J45-P", "R05-P", "L30-P", "Z00-")
DRUGS = ("Alvedon 500 mg", "Kåvepenin 1 g", "Metformin 500 mg", "Enalapril 5 mg", "Omeprazol 20 mg", "Levaxin 50 mikrogram")
DOSES = ("1 x 2", "1 tablett morgon och kväll", "2 vid behov, högst 8 per dygn", "Ej till natten", "1+0+1")
ALERTS = ("Överkänslighet penicillin", "MRSA", "Blödningsbenägenhet", "Ej blodtransfusion", "Inga kända")

MATERNITY_VISITS = ("INSKR", "BM", "LÄK", "UL", "TEL", "EFTER")
MATERNITY_UNKNOWN = ("B.M.", "läk", "KUB-TEST")


def writable(texts: tuple[str, ...], encoding: str) -> tuple[str, ...]:
    """Those that an encoding can write."""
    return tuple(text for text in texts if text == text.encode(encoding, "ignore").decode(encoding))


DIAGNOSES = ("I10.9", "E11.9", "J45.9", "M17.1", "K80.2", "R10.4", "N39.0", "F32.9", "Z03.9")
DIAGNOSES_APART = ("I109", "i10.9", "E119", "j459", " M17.1", "K802")
"""The same, with and without point, in small letters: the mapping knows them all the same."""
DIAGNOSES_UNKNOWN = ("X99.9", "I10-P", "I 10.9", "?")
MEASURES = ("BT", "PULS", "TEMP")
# No NUL: PostgreSQL cannot hold one, and the demo comes to the same rows wherever its record lies.
CONTROLS = (
    "f\u00f6re\x02efter tecknet, inga fynd",
    "\x01\x08r\u00f6d text\x1b[31m, ej akut\x7f",
    "rad ett\u0085rad tv\u00e5\u2028ingen feber",
)
TWICE_ENCODED = tuple(text.encode("utf-8").decode("latin-1") for text in ("Återbesök på söndag, ej fastande", "Inga åtgärder"))
TOO_LONG = "Inga fynd vid undersökning, utan anmärkning. " * 100
"""Longer than the 4,000 characters of the record's texts."""
ONE_BYTE = tuple(text.encode("cp1252") for text in ("Smärta i höger knä", "Ej ökad törst", "Öm på höger sida, inga bråck"))
"""What an older client wrote into a database of UTF-8."""
