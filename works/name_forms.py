"""Letters, accents and closed word lists behind printed personal names.

Everything here works on plain strings and knows nothing of family or given names: cleaning what a source printed,
and folding a text to the letters that two spellings of it share.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from works.accents import accents_to_unicode


def words_of(text: str) -> frozenset[str]:
    """The words of a text as a set: how the closed word lists of the name modules are written."""
    return frozenset(text.split())


#: Latin letters that Unicode does not decompose.
_LATIN = {
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H",
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "þ": "th", "Þ": "Th",
    "ə": "e", "Ə": "E", "ŋ": "ng",
}  # fmt: skip
#: Cyrillic after the BGN/PCGN romanisation without its optional vowels ("-": not romanised), and Greek after ELOT 743
#: letter by letter.
_CYRILLIC_LETTERS: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўђјљњћџ"
_CYRILLIC_LATIN: Final = (
    "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya yo i yi ye g u dj j lj nj c dz"
)
_GREEK_LETTERS: Final = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_LATIN: Final = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"


def _letters() -> dict[int, str]:
    table = dict(_LATIN)
    for letters, latin in (
        (_CYRILLIC_LETTERS, _CYRILLIC_LATIN),
        (_GREEK_LETTERS, _GREEK_LATIN),
    ):
        for small, romanised in zip(letters, latin.split(), strict=True):
            for letter in (small, small.upper()):
                table.setdefault(letter, romanised.replace("-", ""))
    return str.maketrans(table)


_LETTERS: Final = _letters()
_HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES: Final = "'\u2018\u2019\u02bc\u02bb\u02b9`\u00b4\u2032"
_HYPHEN: Final = re.compile(f"[{_HYPHENS}]")
_JOINED: Final = str.maketrans(dict.fromkeys(_HYPHENS + _APOSTROPHES, ""))
_ASCII_BREAK: Final = re.compile(r"[^a-z0-9]+")
#: Accents of Latin and Greek, vowel points of Hebrew and Arabic. Other combining marks carry the word (Devanagari).
_ACCENTS: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")


# This cache and the others of names are small: the first batches of an import fill them, so that a long import needs no
# more memory than a short one, and the names that come back within a batch are what they are for.
@lru_cache(maxsize=1 << 13)
def fold(text: str) -> str:
    """Lower-case words without accents, punctuation or case; hyphens and apostrophes join the parts they link.

    Latin, Cyrillic and Greek become ASCII letters; other scripts keep their own: ``fold("Łukasz O'Né-Il")`` is
    ``"lukasz oneil"`` and ``fold("王伟")`` is ``"王伟"``.
    """
    if text.isascii():
        plain = text.lower()
        return plain if plain.isalpha() else _ASCII_BREAK.sub(" ", plain.translate(_JOINED)).strip()
    text = unicodedata.normalize("NFC", text).translate(_JOINED).translate(_LETTERS)
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(_LETTERS).casefold()
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def romanised(text: str) -> str:
    """``text`` with its Latin, Cyrillic and Greek letters as ASCII ones; case, signs and other scripts are kept.

    Accents may stay behind as combining marks.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_LETTERS)).translate(_LETTERS)


def hyphen_parts(text: str) -> list[str]:
    """The parts of one word between its hyphens of any kind, empty ones left out."""
    return [part for part in _HYPHEN.split(text) if part]


_UMLAUT: Final = re.compile("(?<![gqaeou])([aou])e(?=[b-df-hj-np-tv-z])")


def fold_umlauts(folded: str) -> str:
    """Make ``mueller`` and ``muller`` (from Müller), ``soerensen`` and ``sorensen`` one form.

    Only for comparing and for block keys: it also shortens "Samuel". A digraph at the end of a word stays, because
    Xue and Xu, Yue and Yu are different names.
    """
    if "ae" not in folded and "oe" not in folded and "ue" not in folded:
        return folded
    return _UMLAUT.sub(r"\1", folded)


_TEX_COMMAND: Final = re.compile(r"\\[A-Za-z]+\s*|\\(?=.)|[{}$]")


def decode_tex(text: str) -> str:
    r"""Read the accent and letter commands of TeX (``G\"odel``, ``{\L}ukasz``); drop other commands and braces."""
    return _TEX_COMMAND.sub("", accents_to_unicode(text).replace("\\ ", " "))


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd]+")
_BRACKETS: Final = re.compile(r"[(\[][^()\[\]]*[)\]]?")
_MARKS: Final = re.compile(
    r"[*†‡§¶#|<>=+_/;:!?\"“”]+|[\u00b9\u00b2\u00b3\u2070-\u2079]+|(?<=[^\W\d_])\d+(?:,\d+)*(?=\s|$)"
)
_STRAY: Final = re.compile(
    r"^(?:(?:and|&|by)\s+)+|(?:\s*,)?\s+(?:et\.?\s+al\.?|and others|and|&)$",
    re.IGNORECASE,
)
_TITLES: Final = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|sir)\.?\s+)+(?=\S+\s)", re.IGNORECASE)
#: What a name printed without oddities consists of; such a name needs no cleaning.
_PLAIN: Final = re.compile(r"[^\W\d_]+(?:\.?[ '\-.][^\W\d_]+)*\.?")


def clean_controls(text: str) -> str:
    """The text without control characters, zero-width marks and direction overrides."""
    return _CONTROL.sub(" ", text)


def clean(printed: str) -> str:
    """The printed name without markup, footnote marks, control characters, titles and stray words of the list."""
    if _PLAIN.fullmatch(printed) and not _STRAY.search(printed) and not _TITLES.search(printed):
        return printed
    text = decode_tex(printed.replace("\\ ", " ")) if any(c in printed for c in "\\{}$") else printed
    text = unicodedata.normalize("NFC", clean_controls(text).replace("~", " "))
    text = _MARKS.sub(" ", _BRACKETS.sub(" ", text))
    text = re.sub(rf"\s+(?=[{_HYPHENS}]\w)", "", " ".join(text.split()))
    text = _TITLES.sub("", _STRAY.sub("", text))
    return " ".join(text.split()).strip(f" ,;:&{_HYPHENS}")


#: Words that go with the family name when they stand before it.
PARTICLES: Final = words_of(
    "van von der den de del della dello degli dei delle di da do dos das du des la le los las el al t ter ten te vom zu"
    " zur zum af av bin ibn bint abu ul op vander vanden ver"
)
SUFFIXES: Final = {
    "jr": "Jr",
    "junior": "Jr",
    "sr": "Sr",
    "ii": "II",
    "iii": "III",
    "iv": "IV",
    "2nd": "II",
    "3rd": "III",
}
#: Titles printed behind a name; they are no part of it.
DEGREES: Final = words_of("phd md msc bsc mba dphil facs sj esq")
#: Common Chinese, Korean and Vietnamese family names in Latin letters; Korean and Cantonese spellings included.
EAST_ASIAN_FAMILIES: Final = words_of(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang xue han"
    " cao deng feng peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu lv lyu ding ren shen yao zhong"
    " cui tan fan jin shi liao jia xia fu fang zou xiong bai meng qin qiu hou yan shao long wan duan qian lei qi shang"
    " wen kong niu hao gong chang tao shan kim lee park choi jung jeong kang cho yoon jang lim oh seo shin kwon hwang"
    " ahn song ryu hong jeon moon son bae baek heo noh nam ha chung nguyen tran pham hoang phan vu vo dang bui ngo"
    " duong ly chan wong cheung leung lau ng ho cheng yip kwok chow chu tsai hsu hsieh hung kuo tseng"
)
#: Common Japanese and Hungarian family names, which are printed first at home as well.
_JAPANESE_FAMILIES: Final = words_of(
    "sato suzuki takahashi tanaka watanabe ito itoh yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi"
    " matsumoto inoue kimura shimizu yamazaki mori abe ikeda hashimoto yamashita ishikawa nakajima maeda fujita ogawa"
    " goto okada hasegawa murakami kondo ishii saito saitoh sakamoto endo aoki fujii nishimura fukuda ota ohta miura"
    " fujiwara okamoto matsuda nakagawa nakano harada ono tamura takeuchi kaneko wada nakayama ishida ueda morita hara"
    " shibata sakai kudo yokoyama miyazaki miyamoto uchida takagi ando taniguchi ohno maruyama imai takada fujimoto"
    " takeda murata ueno sugiyama masuda sugawara hirano kojima otsuka kubo matsui chiba nomura nakamoto"
)
_HUNGARIAN_FAMILIES: Final = words_of(
    "nagy kovacs toth szabo horvath varga kiss molnar nemeth farkas balogh papp erdos"
)
_WADE_GILES_FAMILIES: Final = words_of(
    "chiang chien chou hsiao hsiung hsueh jen kao lo pai pao shih sung teng tien ting tsao tsui tu tung yeh yen yin"
)
#: Family names for which both orders of a printed name are usual.
FAMILIES_FIRST: Final = EAST_ASIAN_FAMILIES | _WADE_GILES_FAMILIES | _JAPANESE_FAMILIES | _HUNGARIAN_FAMILIES
#: Spellings of one Chinese family name: 吕 is printed Lü, Lyu, Lv.
FAMILY_SPELLINGS: Final = {"lv": "lu", "lyu": "lu", "nv": "nu", "tsoi": "choi"}
VIETNAMESE_FAMILIES: Final = words_of("nguyen tran pham hoang phan vu vo dang bui ngo duong huynh dinh trinh")
_GROUP: Final = re.compile(
    r"^(?:for|on behalf of)\s+(?:the|all)\b|\bcollaborat(?:ions?|ors)\b|\bcollab\.?$|\bconsorti(?:um|a)\b"
    r"|\b(?:team|groups?|project|network|committee|initiative|task force|contributors|alliance|partnership"
    r"|observatory|foundation|university|institute|laboratory|survey|community|authors?)$",
    re.IGNORECASE,
)


def is_group_name(text: str) -> bool:
    """Whether a printed name is a collaboration or another body ("for the MiniBooNE Collaboration"), not a person."""
    return _GROUP.search(text.strip(" .,;:")) is not None
