"""Spellings of East Asian names in Latin letters beyond Pinyin: Wade-Giles, Korean by ear, Japanese long vowels."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from works.name_forms import words_of
from works.name_variants import pinyin_syllables

_INITIALS: Final = {
    "zh": "ch", "ch": "ch", "sh": "sh", "b": "p", "p": "p", "d": "t", "t": "t", "g": "k", "k": "k", "j": "ch",
    "q": "ch", "x": "hs", "z": "ts", "c": "ts", "r": "j",
}  # fmt: skip
#: Whole syllables that the rules below do not give.
_WHOLE: Final = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "ssu", "er": "erh",
    "you": "yu", "ye": "yeh", "yan": "yen", "yue": "yueh", "yong": "yung", "gui": "kuei", "kui": "kuei", "ge": "ko",
    "ke": "ko", "he": "ho",
}  # fmt: skip
_FINALS: Final = {"ong": "ung", "iong": "iung", "ian": "ien", "ie": "ieh", "ue": "ueh"}
_SYLLABLE: Final = re.compile(r"(zh|ch|sh|[b-df-hj-np-tv-z]?)(.*)")
#: What stands in Wade-Giles and not in Pinyin.
_MARK: Final = re.compile(r"hs|ih|ts(?!h)|tz|ung|ien|[iu]eh|yeh|yen|erh|uei|ssu|jen|^ing")


@lru_cache(maxsize=1 << 14)
def wade_giles(folded: str) -> str:
    """A Chinese given name of Pinyin in Wade-Giles without apostrophes: ``chihjen`` for ``zhiren``; else empty."""
    return "".join(map(_wade_giles_syllable, pinyin_syllables(folded)))


def _wade_giles_syllable(syllable: str) -> str:
    found = _SYLLABLE.fullmatch(syllable)
    if syllable in _WHOLE or found is None:
        return _WHOLE.get(syllable, syllable)
    initial, final = found.groups()
    return _INITIALS.get(initial, initial) + _FINALS.get(final, final)


def is_wade_giles(folded: str) -> bool:
    """Whether a folded word has the marks of Wade-Giles: ``hsiaoming``, ``chihjen``."""
    return _MARK.search(folded) is not None


#: First letters in Wade-Giles, and those that Pinyin may have instead.
_OTHER_INITIALS: Final = {"ch": "zjq", "ts": "zc", "tz": "zc", "hs": "x", "t": "d", "k": "g", "p": "b", "j": "r"}


def pinyin_initials(folded: str) -> str:
    """First letters that a Wade-Giles word may have in Pinyin, other than its own; empty for other words."""
    if not is_wade_giles(folded):
        return ""
    return next((others for head, others in _OTHER_INITIALS.items() if folded.startswith(head)), "")


#: Each word is a Korean syllable of given names with the spellings in use, the official one first.
_KOREAN: Final = words_of(
    """
yeong/young/yung seong/sung jeong/jung/joung gyeong/kyung/kyeong/kyoung/gyung hyeon/hyun/hyoun hun/hoon jun/joon su/soo
u/woo/wu cheol/chul geun/keun/kun/gun seok/suk/sok jin/chin hui/hee/heui eun myeong/myung/myoung byeong/byung/byoung
ji/jee min ho jae/jai gyu/kyu tae dong seon/sun gwang/kwang gi/ki/kee jong/chong won/weon yun/yoon sang hwan yong/ryong
mi/mee a/ah hyeok/hyuk uk/wook ung/woong sik/shik beom/bum bin hye yeol/yul/youl seop/sup/seob/sub guk/kook/kuk nam in
rae rim hong hak seung chan han hae ha na ye hyo gon kon tai wan jeom dae yeon/youn/yon gyun/kyun cheon/chun
"""
)
_KOREAN_SYLLABLES: Final = {form: group.split("/")[0] for group in _KOREAN for form in group.split("/")}


@lru_cache(maxsize=1 << 14)
def korean_skeleton(folded: str) -> str:
    """The official spelling of a Korean given name of two syllables: ``yeongho`` for ``youngho``; else empty."""
    for at in range(1, len(folded)):
        first, second = _KOREAN_SYLLABLES.get(folded[:at]), _KOREAN_SYLLABLES.get(folded[at:])
        if first and second:
            return f"{first}-{second}"
    return ""


def are_romanisations(first: str, second: str) -> bool:
    """Whether two different folded given names are one name in Wade-Giles and Pinyin, or in two Korean spellings."""
    if (is_wade_giles(first) and wade_giles(second) == first) or (
        is_wade_giles(second) and wade_giles(first) == second
    ):
        return True
    if pinyin_syllables(first) and pinyin_syllables(second):
        return False
    skeleton = korean_skeleton(first)
    return bool(skeleton) and skeleton == korean_skeleton(second)


#: Spellings of one Korean family name.
_KOREAN_FAMILIES: Final = [
    frozenset(group.split("/"))
    for group in words_of(
        "choi/choe lee/yi/rhee park/pak/bak kim/gim jung/jeong/chung kang/gang cho/jo yoon/yun lim/im/rim shin/sin"
        " kwon/gwon ahn/an ryu/yoo/yu noh/roh/no moon/mun baek/paik/baik hwang/whang seo/suh son/sohn bae/pae jeon/chun"
    )
]


def are_korean_families(first: str, second: str) -> bool:
    """Whether two folded family names are spellings of one Korean name: Choi and Choe."""
    return any(first in group and second in group for group in _KOREAN_FAMILIES)


_LONG_O: Final = re.compile(r"o[hu](?=[bcdfgjkmnprstwyz]|$)|oo")


def short_vowels(folded: str) -> str:
    """A Japanese name without marks of long vowels: Ito for Itoh, Ota for Ohta, Sato for Satou. Zhou stays Zhou."""
    if len(folded) < 4 or len(pinyin_syllables(folded)) == 1:
        return folded
    return _LONG_O.sub("o", folded).replace("uu", "u")
