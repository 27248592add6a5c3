"""Given names that stand for one another, and spellings that differ between romanisations."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

#: Each line is one given name with its short forms and the spellings of other languages. A form may be in two lines.
_GROUPS: Final = """
abraham abe avraham
albert al bert
alexander alex aleksandr aleksander alexandre alexandr alessandro alejandro sasha sascha xander sander oleksandr
alexandra alex sasha sandra aleksandra
alfred fred
andrew andy drew andrei andrey andrej andreas andre andres andriy
anthony tony antony antonio anton antoine antonios
antonia toni
arthur art artur arturo
barbara barb
benjamin ben benny
bernard bernie bernhard
catherine katherine kate katie kathy cathy katharine katharina katarina catarina ekaterina yekaterina
cecilia cecile
charles charlie chuck carlos karl carl
christina christine chris tina kristina kristine cristina
christopher chris kristofer christof christoph christophe cristobal
claudia claude
constantine konstantin konstantinos kostas costas
cynthia cindy
daniel dan danny daniil daniele
david dave davide davyd
deborah debbie debra
dennis denis denys
dmitry dimitri dmitri dima dmytro dimitris dimitrios dimitry
donald don
dorothy dot dottie
edward ed ted eddie eduard edouard eduardo edvard
elizabeth liz beth betty lisa elisabeth eliza elisabetta liza lizzie yelizaveta elizaveta
emmanuel manuel manolis emanuel emanuele
eugene gene evgeny evgenii yevgeny yevgeniy evgueni eugenio ievgen yevhen
ferdinand fernando ferdi
francis frank francisco francesco francois franz paco
frederick fred freddy frederic frederik friedrich federico fritz
gabriel gabe gabriele gabor
geoffrey jeff geoff jeffrey
george georg georges giorgos georgios giorgio jorge jordi yuri yury iurii yurii georgi georgiy
gerald jerry gerry
gerard gerhard gerrit
giovanni gianni john
giuseppe beppe joseph
gregory greg grigory grigori gregoire grigorios gregor
harold harry hal
helen elena helena helene eleni alena yelena olena
henry harry hank henri enrico enrique heinrich hendrik henrik
ignacio nacho ignatius
igor ihor
jacob jake jakob yakov iakov jacobo
jacqueline jackie
james jim jimmy jamie jaime
janet jan
jennifer jen jenny
jessica jess jessie
john jack johnny jon johann johannes jean juan ivan ioannis yannis giovanni hans jan jonny
jonathan jon jonny
joseph joe josef jose giuseppe josep iosif pepe
joshua josh
judith judy judit
julius julio giulio jules
kenneth ken kenny
kimberly kim
lawrence larry laurence laurent lorenzo lars
leonard len leo leonid leonardo lennart
louis lou luis luigi ludwig lewis lluis
margaret maggie meg peggy marge margarita marguerite margrit rita greta
mark marc marco marcus markus marcos marek
martin marty martino martinus
mary maria marie mariya molly mia marija
matthew matt mat mateo matteo matthias mathieu matthieu mathias matias
michael mike mick mickey mikhail michel michele miguel mihail mihai michal mikael mykhailo misha micha
mohammad mohammed muhammad mohamed mohamad muhammed mohd mehmet muhamad
nathaniel nathan nate nat
nicholas nick nicolas nikolas nikolaos nicola nikolai nikolay niccolo klaus nico mykola nikos
oliver olivier ollie
pamela pam
patricia pat patty tricia
patrick pat paddy patrice
paul pablo pavel paolo pawel pavlos pauli
peter pete piotr petr pyotr pierre pietro pedro petros petar petro
philip phil phillip philippe filip felipe filippo
raymond ray raymundo
rebecca becky becca
richard dick rick rich ricky ricardo riccardo
robert bob rob bobby robbie bert roberto
roger rutger rogelio
roland rolando
ronald ron ronnie
rudolf rudolph rudi rodolfo rudy
samuel sam sammy samuele
samantha sam
sebastian seb bastian sebastien
sergey sergei serge sergio serhii sergii sergej sergiy
simon simone szymon
stephen steve steven stefan stephan stefano stephane esteban stepan stephanus
stephanie steph stefanie
susan sue susie suzanne susanne susanna
sophia sofia sophie
sviatoslav svyatoslav
theodore ted theo theodor fyodor fedor theodoros
theresa teresa terry tess
thomas tom tommy tomas tomasz tommaso thom
timothy tim timo timofey
valentine valentin valentina
victor viktor vic vittorio
victoria vicky viktoria vicki
vincent vince vincenzo vicente
vladimir volodymyr vova
vyacheslav viacheslav slava
walter walt wally gualtiero
wilhelm william willem guillaume guillermo guglielmo willy
william bill will billy willy wilhelm
wolfgang wolf
yehuda judah yehudah
yitzhak isaac itzhak yitzchak isaak
zachary zach zack
""".strip().split("\n")  # fmt: skip


def _groups_of_names() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_GROUPS):
        for form in line.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}


_GROUPS_OF: Final = _groups_of_names()
_NONE: Final[frozenset[int]] = frozenset()


def nickname_groups(given: str) -> frozenset[int]:
    """Numbers of the names that a folded given name is a form of; empty for most."""
    return _GROUPS_OF.get(given, _NONE)


def are_nicknames(first: str, second: str) -> bool:
    """Whether two folded given names are forms of one name (Bill, William); shares of a third do not count."""
    return not _GROUPS_OF.get(first, _NONE).isdisjoint(_GROUPS_OF.get(second, _NONE))


@lru_cache(maxsize=1 << 12)
def nickname_initials(given: str) -> tuple[str, ...]:
    """First letters, other than its own, of the forms that a folded given name may also be printed in."""
    letters = {form[0] for number in _GROUPS_OF.get(given, _NONE) for form in _GROUPS[number].split()}
    return tuple(sorted(letters - {given[:1]}))


#: Rules from one romanisation to another, tried in this order; the result is a skeleton for comparing only.
_ROMANISATION: Final = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(.)\1+", r"\1"),
        (r"tsch|tch", "ch"),
        (r"sch", "sh"),
        (r"shch", "sh"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"kh|ch(?=[rlaou])", "h"),
        (r"ck", "k"),
        (r"ks|cs", "x"),
        (r"c(?=[aourlk]|$)", "k"),
        (r"w", "v"),
        (r"ou", "u"),
        (r"[ijy]+(?=[aeou])|(?<=[aeou])[ijy]+", "y"),
        (r"(?<=[a-z])y(?=[eao])", ""),
        (r"[ijy]+", "i"),
        (r"(?<=.)yi?$|iy$", "i"),
        (r"tz|ts", "c"),
        (r"ff?$", "v"),
    )
)


@lru_cache(maxsize=1 << 15)
def romanisation_skeleton(folded: str) -> str:
    """What the usual romanisations of one name share: Yevgenii and Evgeniy, Kuznetsov and Kouznetsov."""
    text = folded[1:] if folded[:2] in ("ye", "je") else folded
    for pattern, to in _ROMANISATION:
        text = pattern.sub(to, text)
    return text


_SYLLABLE: Final = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u)"
    r"|a|ai|an|ang|ao|e|ei|en|er|o|ou|[nl]ve?"
)


#: How the last syllable ends, whatever it is: rules most other words out at once.
_PINYIN_ENDING: Final = re.compile(r"(?:[aeiou]n?g?|er|v)\Z")


@lru_cache(maxsize=1 << 15)
def pinyin_syllables(folded: str) -> tuple[str, ...]:
    """The syllables of a Chinese given name in Pinyin, ``("xiao", "ming")``; empty when the word cannot be Pinyin.

    Of the possible cuts the one with the fewest syllables, earlier ones longest.
    """
    if not _PINYIN_ENDING.search(folded):
        return ()
    best: list[tuple[str, ...] | None] = [None] * (len(folded) + 1)
    best[len(folded)] = ()
    for start in range(len(folded) - 1, -1, -1):
        for end in range(min(len(folded), start + 6), start, -1):
            rest = best[end]
            if rest is None or not _SYLLABLE.fullmatch(folded, start, end):
                continue
            known = best[start]
            if known is None or len(rest) + 1 < len(known):
                best[start] = (folded[start:end], *rest)
    return best[0] or ()
