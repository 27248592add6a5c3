"""The engine on small catalogues where the right answer is plain."""

from __future__ import annotations

import random

import pytest

from tests.works.attribution.worlds import World
from works.attribution.engine import Constraints, resolve_batch
from works.attribution.reasons import CONFIRMED, NAME_INITIAL, ONLY_WORK
from works.attribution.statistics import Statistics


@pytest.fixture
def shang() -> World:
    """The works of the two Yue Shangs as printed: a physicist and an e-commerce researcher."""
    world = World()
    world.add(
        "Is Grokking a Computational Glass Relaxation?",
        "Xiaotian Zhang, Yue Shang, Entao Yang, Ge Zhang",
        topics=("cs.LG", "cond-mat.dis-nn"),
        year=2025,
        places={"Yue Shang": "Department of Physics, City University of Hong Kong"},
    )
    world.add(
        "Automatic Generation of Product-Image Sequence in E-commerce",
        "Xiaochuan Fan, Chi Zhang, Yong Yang, Yue Shang, Xueying Zhang, Zhen He, Yun Xiao, Bo Long, Lingfei Wu",
        topics=("cs.CV",),
        year=2022,
        places={"Yue Shang": "JD.COM Research, Mountain View, USA"},
    )
    world.add(
        "TeKo: Text-Rich Graph Neural Networks with External Knowledge",
        "Zhizhi Yu, Di Jin, Jianguo Wei, Ziyang Liu, Yue Shang, Yun Xiao, Jiawei Han, Lingfei Wu",
        year=2022,
    )
    world.add(
        "Heterogeneous Network Embedding for Deep Semantic Relevance Match in E-commerce Search",
        "Ziyang Liu, Zhaomeng Cheng, Yunjiang Jiang, Yue Shang, Wei Xiong, Sulong Xu, Bo Long, Di Jin",
        topics=("cs.IR",),
        year=2021,
    )
    world.add(
        "Fine-tune BERT for E-commerce Non-Default Search Ranking",
        "Yunjiang Jiang, Yue Shang, Hongwei Shen, Wen-Yun Yang, Yun Xiao",
        topics=("cs.IR", "cs.CL"),
        year=2020,
    )
    return world


def of(world: World, printed: str) -> list[int]:
    """Authorship ids of a printed name, in the order of the works."""
    return [row.id for row in world.authorships if row.name.display == printed]


def test_two_people_of_one_name_are_kept_apart(shang: World) -> None:
    physicist, *merchants = of(shang, "Yue Shang")
    outcome = shang.resolve()
    assert outcome.together(*merchants)
    assert not outcome.together(physicist, merchants[0])


def test_reasons_name_the_shared_coauthors(shang: World) -> None:
    _, image, *_ = of(shang, "Yue Shang")
    codes = [code for code, _ in shang.resolve().reasons[image]]
    assert codes[0] == "coauthors"
    physicist = of(shang, "Yue Shang")[0]
    assert [code for code, _ in shang.resolve().reasons[physicist]] == [ONLY_WORK]


def test_the_order_of_the_input_does_not_matter(shang: World) -> None:
    expected = shang.resolve().clusters()
    order = list(range(len(shang.authorships)))
    for seed in range(3):
        random.Random(seed).shuffle(order)
        assert shang.resolve(order=order).clusters() == expected


def test_ids_do_not_matter() -> None:
    pair = "Ada Quill, Ben Orr"
    titles = [("Sparse graphs", pair), ("Dense graphs", pair), ("Lasers", "Ada Quill, Zoe Poe")]
    forwards, backwards = World(), World()
    for number, (title, authors) in enumerate(titles):
        forwards.add(title, authors, work=number)
    for number, (title, authors) in enumerate(reversed(titles)):
        backwards.add(title, authors, work=90 - number)

    def by_content(world: World) -> set[frozenset[tuple[str, int]]]:
        at = {row.id: (world.works[row.work].title, row.position) for row in world.authorships}
        return {frozenset(at[member] for member in members) for members in world.resolve().clusters()}

    assert by_content(forwards) == by_content(backwards)


def test_two_positions_of_one_work_are_two_people() -> None:
    world = World()
    one, other = world.add("Twins", "Wei Wang, Wei Wang")
    world.add("Twins again", "Wei Wang, Wei Wang")
    outcome = world.resolve()
    assert not outcome.together(one, other)
    assert len(outcome.clusters()) >= 2


def test_initials_do_not_bridge_two_full_names() -> None:
    world = World()
    yang = world.add("Spin glasses in fields", "Yang Wang, Otto Kreuz")[0]
    yifang = world.add("Spin glasses at rest", "Yifang Wang, Otto Kreuz")[0]
    short = world.add("Spin glasses heated", "Y. Wang, Otto Kreuz")[0]
    outcome = world.resolve()
    assert not outcome.together(yang, yifang)
    assert outcome.together(short, yang) != outcome.together(short, yifang)


def test_initials_join_a_fitting_full_name() -> None:
    world = World()
    full = world.add("Muon tracks in water", "Gudrun Zollinger, Otto Kreuz")[0]
    short = world.add("Muon tracks in ice", "G. Zollinger, Otto Kreuz")[0]
    outcome = world.resolve()
    assert outcome.together(full, short)
    assert (NAME_INITIAL, []) in outcome.reasons[short]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Bill Zollinger", "William Zollinger"),
        ("Xiaoming Wang", "Wang Xiaoming"),
        ("J. Trevor Zollinger", "Trevor Zollinger"),
        ("Ana Zollinger", "Ana Zollinger-Pérez"),
        ("Jürgen Zöllner", "Juergen Zoellner"),
    ],
)
def test_a_person_printed_in_two_ways_is_one(first: str, second: str) -> None:
    world = World()
    one = world.add("Muon tracks in deep water", f"{first}, Otto Kreuz, Ilse Brandauer", topics=("hep-ex",))[0]
    other = world.add("Muon tracks in deep ice", f"{second}, Otto Kreuz, Ilse Brandauer", topics=("hep-ex",))[0]
    assert world.resolve().together(one, other)


def test_a_shared_orcid_joins_and_two_orcids_part() -> None:
    world = World()
    same, apart = "0000-0001-2345-6789", "0000-0002-1825-0097"
    a = world.add("Ocean currents", "Wei Wang, Ann Bo", orcids={"Wei Wang": same})[0]
    b = world.add("Bond prices", "Wei Wang, Cy Dee", orcids={"Wei Wang": same})[0]
    c = world.add("Ocean currents warm", "Wei Wang, Ann Bo", orcids={"Wei Wang": apart})[0]
    outcome = world.resolve()
    assert outcome.together(a, b)
    assert not outcome.together(a, c)


def test_must_link_and_cannot_link_hold(shang: World) -> None:
    physicist, image, teko, *_ = of(shang, "Yue Shang")
    outcome = shang.resolve(Constraints(must_link=[(physicist, image)], cannot_link=[(teko, image)]))
    assert outcome.together(physicist, image)
    assert not outcome.together(teko, image)


def test_contradicting_must_links_are_refused_and_named(shang: World) -> None:
    a, b, c, *_ = of(shang, "Yue Shang")
    outcome = shang.resolve(Constraints(must_link=[(a, b), (b, c)], cannot_link=[(a, c)]))
    assert not outcome.together(a, c)
    assert outcome.resolution.refused in ([(b, c)], [(a, b)])


def test_records_chosen_by_people_hold(shang: World) -> None:
    physicist, image, teko, *_ = of(shang, "Yue Shang")
    for authorship in (physicist, image):
        shang.put_by_hand(authorship, 7)
    shang.put_by_hand(teko, 8)
    outcome = shang.resolve()
    assert outcome.together(physicist, image)
    assert not outcome.together(teko, image)
    assert outcome.confidence[physicist] == 1.0
    assert outcome.reasons[physicist][0] == (CONFIRMED, [])


def test_a_record_that_reaches_over_two_blocks_takes_in_works_of_both() -> None:
    world = World()
    others = "Thaddeus Boson, Wilhelmina Quark, Ignatius Lepton"
    before = world.add("Decay of heavy mesons in matter", f"Ann Marsh, {others}", year=2019)[0]
    after = world.add("Decay of light mesons in matter", f"Ann Wells, {others}", year=2021)[0]
    later = world.add("Decay of light mesons in air", f"Ann Wells, {others}", year=2022)[0]
    namesake = world.add("Growth of grass in spring", "Axel Wells, Bo Meadow", year=2020)[0]
    world.put_by_hand(before, 7)
    world.put_by_hand(after, 7)
    outcome = world.resolve()
    assert outcome.together(before, after, later)
    assert not outcome.together(later, namesake)


def test_a_huge_list_is_weak_evidence() -> None:
    letters = [(chr(97 + n // 26), chr(97 + n % 26)) for n in range(300)]
    many = ", ".join(f"Abc{one}{other}o Zyx{other}{one}er" for one, other in letters)
    crowded, close = World(), World()
    for world, authors in ((crowded, many), (close, "Otto Kreuz, Ilse Brandauer")):
        world.add("Muon tracks", f"Wei Wang, {authors}")
        world.add("Bond prices", f"Wei Wang, {authors}")
    one, other = of(close, "Wei Wang")
    assert close.resolve().confidence[one] > 0.5
    assert close.resolve().together(one, other)
    one, other = of(crowded, "Wei Wang")
    assert crowded.resolve().confidence[one] <= 1.0


def test_the_people_of_a_collaboration_are_found_on_its_short_papers() -> None:
    world = World()
    members = ", ".join(f"{'ABCDEFGHIJ'[n % 10]}. Member{'abcdefghij'[n // 10]}sen" for n in range(100))
    others = "A. Membercsen, C. Memberfsen, H. Membergsen"
    world.add("Search for dark photons in beam dump data", f"{members}, J. Lee", year=2018)
    world.add("Calibration of a beam dump calorimeter", f"{others}, J. Lee", year=2019)
    world.add("Metrics of negotiation dialogues", "P. Strange, O. Stranger, J. Lee", year=2019)
    large, short, stranger = of(world, "J. Lee")
    outcome = world.resolve()
    assert outcome.together(large, short)
    assert not outcome.together(large, stranger)


def test_an_empty_batch_is_fine() -> None:
    resolution = resolve_batch([], {}, Statistics())
    assert resolution.labels == []


def test_confidence_is_a_probability(shang: World) -> None:
    assert all(0.0 <= value <= 1.0 for value in shang.resolve().resolution.confidence)
