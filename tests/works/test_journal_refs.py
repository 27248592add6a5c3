from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.journal_refs import JournalRef, parse_journal_ref


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Phys. Rev. D 93, 104026 (2016)", ("Phys. Rev. D", "93", "", "104026", 2016)),
        ("Phys.Rev.D52:6664-6670,1995", ("Phys.Rev.D", "52", "", "6664-6670", 1995)),
        ("Nucl.Phys. B678 (2004) 491-507", ("Nucl.Phys. B", "678", "", "491-507", 2004)),
        ("Phys. Lett. B 760 (2016), p. 309", ("Phys. Lett. B", "760", "", "309", 2016)),
        ("Phys. Rev. C 87 (2013) 021302(R)", ("Phys. Rev. C", "87", "", "021302", 2013)),
        ("JHEP 0108:022,2001", ("JHEP", "0108", "", "022", 2001)),
        ("JHEP08(2011)045", ("JHEP", "08", "", "045", 2011)),
        ("Astrophys.J.652:L71-L74,2006", ("Astrophys.J.", "652", "", "L71-L74", 2006)),
        ("A&A 594, A70 (2016)", ("A&A", "594", "", "A70", 2016)),
        ("ApJ, 810:64 (2015)", ("ApJ", "810", "", "64", 2015)),
        ("2008, ApJ, 677, 884", ("ApJ", "677", "", "884", 2008)),
        ("2010 JINST 5 T01002", ("JINST", "5", "", "T01002", 2010)),
        ("Soft Matter, 2015, 11, 1539-1546", ("Soft Matter", "11", "", "1539-1546", 2015)),
        ("Eur. Phys. J. C (2013) 73:2421", ("Eur. Phys. J. C", "73", "", "2421", 2013)),
        ("Class. Quantum Grav. 30 145009 (2013)", ("Class. Quantum Grav.", "30", "", "145009", 2013)),
        ("SIGMA 3 (2007), 094, 23 pages", ("SIGMA", "3", "", "094", 2007)),
        ("Math. Res. Lett., vol. 22, no. 6, 1667-1678 (2015)", ("Math. Res. Lett.", "22", "6", "1667-1678", 2015)),
        ("Phys.Atom.Nucl. 59N5 (1996) 795-803", ("Phys.Atom.Nucl.", "59", "5", "795-803", 1996)),
        ("Queueing Systems, 56(1), 41--52, 2007", ("Queueing Systems", "56", "1", "41-52", 2007)),
        ("PLOS ONE 9(10): e110214, Oct. 2014", ("PLOS ONE", "9", "10", "e110214", 2014)),
        (
            "Int Math Res Notices (2015) 2015 (21): 11419-11432",
            ("Int Math Res Notices", "2015", "21", "11419-11432", 2015),
        ),
        ("Theory Ser. A 116, 1 (2009) 55–75", ("Theory Ser. A", "116", "1", "55-75", 2009)),
        ("Nuclear Physics, Section B 551, 78 (1999)", ("Nuclear Physics, Section B", "551", "", "78", 1999)),
        ("J. Phys.: Conf. Ser. 233(2010)012003", ("J. Phys.: Conf. Ser.", "233", "", "012003", 2010)),
        ("Proc. Natl. Acad. Sci. 104, 36 (2007)", ("Proc. Natl. Acad. Sci.", "104", "", "36", 2007)),
        ("Phys.Rev.D77:055007,2008; Erratum-ibid.D82:119904,2010", ("Phys.Rev.D", "77", "", "055007", 2008)),
        (
            "IEEE Transactions on Wireless Communications, vol. 9, no. 11, pp. 3402-3413, Nov. 2010",
            ("IEEE Transactions on Wireless Communications", "9", "11", "3402-3413", 2010),
        ),
        (
            "Advances in Mathematics, Volume 227, Issue 2, 1 June 2011, Pages 895-919",
            ("Advances in Mathematics", "227", "2", "895-919", 2011),
        ),
        (
            "International Journal of Intelligent Information Systems. Vol. 3, No. 2, 2014, pp. 13-18",
            ("International Journal of Intelligent Information Systems", "3", "2", "13-18", 2014),
        ),
    ],
)
def test_printed_references(text: str, parts: tuple[str, str, str, str, int]) -> None:
    assert parse_journal_ref(text) == JournalRef(*parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Neural Processing Letters, 2012",
        "Phys Rev. C (2013)",
        "J. Stat. Mech. (2010) P07015",
        "Phys. Rev. B 92, 155140",
        "Phys.Rev.D19:1943,1979",
        "Phys. Rev. B 92, 155140: 1-11 (2015)",
        "Phys. Rev. D 93, 104026 (2016) 7, 9",
        "Phys. Rev. D 93, 104026 (2016), 2017 reprint",
        "Phys. Rev. D 93, 104 (2016) (2017)",
        "Annals of Things 7, 52-41 (2001)",
        "Phys.Atom.Nucl. 59 (1996) 795-803; Yad.Fiz. 59N5 (1996) 833-841",
        "IJCSIS JUne 2009 Issue, Vol. 2, No. 1",
        "Acta, No. 5, 2010",
        "PoS LAT2005:104,2006",
        "PoS(LATTICE2014)308",
        "AIP Conf.Proc.836:193-196,2006",
        "Lecture Notes in Computer Science Volume 8468, 2014, pp 63-71",
        "In Proceedings of ICML 32, 64-72 (2014)",
        "X. Fan, W. Zheng, D.J, Singh, PLoS ONE 9, e91423 (2014)",
        "Characterizing sparse graphs by map decompositions. J. Combin. Math. Combin. Comput. 62 (2007), 3--11",
        "published in J. Appl. Phys. 102, 093910 (2007)",
        "Final version in Trans. Amer. Math. Soc. 360, 1 (2008)",
        "Journal 7, 1 (2001) " * 20,
    ],
)
def test_what_is_not_certain_is_left_alone(text: str) -> None:
    assert parse_journal_ref(text) is None


def test_a_stated_venue_needs_no_guess() -> None:
    found = parse_journal_ref("Proceedings of the 9th Web, 2001 7(2), 11–19 (2001)", "Proceedings of the 9th Web, 2001")
    assert found == JournalRef("Proceedings of the 9th Web, 2001", "7", "2", "11-19", 2001)


@given(st.text('JPhys. Rev12390(),:;-– volnop"{}\\', max_size=60))
def test_whatever_is_printed_there_is_an_answer(text: str) -> None:
    found = parse_journal_ref(text)
    if found is not None:
        assert found.volume.isdigit()
        assert 1930 <= found.year < 2050
