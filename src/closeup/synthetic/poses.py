"""The actions that a figure can hold, each in several ways.

Low ways and upright ones, so that the shape of a bounding box says little about what goes on inside
it.
"""

import random
from dataclasses import replace

from closeup.synthetic.stance import (
    BOTH_KNEES,
    BRACE,
    CROSSED,
    CROUCH,
    FLOOR,
    HANGING,
    KNEEL,
    KNEES_UP,
    PRONE,
    SIT,
    STAND,
    STRIDE,
    SUPINE,
    Limb,
    Pose,
    way,
)

# fmt: off
_WAYS: dict[str, tuple[Pose, ...]] = {
    "standing": (
        way(HANGING, STAND),
        way((-42, 48, 14, 28), STAND),
        way((-20, -34, 6, -6), STAND, lean=-3),
        way((24, 14, 34, 26), (-8, -14, 10, -2), lean=34, head=2),
    ),
    "walking": (
        way((-32, -4, 30, 58), STRIDE, lean=5),
        way((-26, -6, 36, 70), (34, 26, -26, -34), lean=2),
        way((-30, 20, 28, 80), (58, -18, -2, -40), lean=34, head=8),
    ),
    "running": (
        way((-58, 34, 52, 138), (76, -12, -28, -96), lean=18, lift=0.03),
        way((-66, 10, 60, 120), (62, 40, -48, -86), lean=28, head=6, lift=0.04),
        way((-70, -10, 66, 130), (92, 10, -56, -120), lean=46, head=10),
    ),
    "jumping": (
        way((146, 166, 118, 148), (62, -46, 14, -66), lift=0.2, expression="happy"),
        way((-128, -150, 128, 152), (-42, -34, 44, 36), lift=0.18, expression="happy"),
        way((-96, -86, 96, 104), (86, 70, -56, -76), lean=14, lift=0.2),
        way((60, 90, 76, 100), (112, -26, 98, -40), lean=24, lift=0.24),
    ),
    "sitting": (
        way((24, 70, 30, 76), SIT, seat="chair"),
        way((-14, 50, 14, 28), SIT, lean=8, seat="stool"),
        way((-44, -30, -24, -20), FLOOR, lean=-22),
        way((18, 64, 34, 70), CROSSED),
        way((66, 84, 72, 80), KNEES_UP, lean=6),
    ),
    "kneeling": (
        way((10, 40, 52, 60), KNEEL),
        way((16, 70, 26, 74), BOTH_KNEES, lean=4),
        way((34, 24, 48, 34), BOTH_KNEES, lean=46, head=26),
    ),
    "lying": (
        way((78, 92, -120, 150), SUPINE, lean=-88, head=-70),
        way((8, 84, 24, 96), PRONE, lean=58, head=-4),
        way((-18, -70, 60, 84), FLOOR, lean=-56, head=-22),
        way((-150, 140, 40, 90), SUPINE, lean=-70, head=-48),
        way((84, 104, 100, 140), (172, 180, 162, 172), lean=-82, head=-44),
        way((18, 158, 32, 162), (-64, 178, -56, 166), lean=40, head=-6),
    ),
    "climbing": (
        way((158, 172, 118, 158), (78, -16, 12, -12), head=-12, lift=0.16, prop="ladder"),
        way((112, 160, 164, 174), (30, -30, 86, -10), lean=6, head=-14, lift=0.2, prop="ladder"),
        way((138, 150, 104, 146), (96, -24, 64, -38), lean=30, head=-6, lift=0.12, prop="ladder"),
    ),
    "crawling": (
        way((22, 10, -8, 2), (26, -78, -14, -92), lean=78, head=14),
        way((52, 40, 12, 6), (52, -70, 0, -90), lean=58, head=6),
    ),
    "waving": (
        way((-132, -172, 14, 28), STAND, prop="wave", expression="happy"),
        way((-8, 8, 138, 176), STAND, lean=-4, prop="far wave", expression="happy"),
        way((-8, 8, 126, 182), SIT, prop="far wave", seat="stool", expression="happy"),
        way((-8, 8, 120, 168), KNEEL, prop="far wave", expression="happy"),
        way((-46, -30, 112, 160), FLOOR, lean=-20, prop="far wave"),
    ),
    "pointing": (
        way((88, 90, 14, 28), STAND, point=True),
        way((136, 140, 14, 28), STAND, head=-14, point=True),
        way((74, 70, 14, 28), CROUCH, lean=26, point=True),
        way((98, 102, 14, 28), KNEEL, point=True),
        way((92, 94, 14, 28), SIT, lean=6, seat="chair", point=True),
    ),
    "reading": (
        way((18, 98, 36, 104), STAND, head=18, prop="book"),
        way((20, 92, 40, 98), SIT, head=20, prop="book", seat="chair"),
        way((34, 96, 44, 104), PRONE, lean=54, prop="book"),
        way((22, 96, 40, 102), CROSSED, head=22, prop="book"),
        way((150, 120, 136, 112), SUPINE, lean=-72, head=-40, prop="book"),
    ),
    "writing": (
        way((10, 104, 34, 92), STAND, head=20, prop="pad"),
        way((30, 80, 46, 84), SIT, lean=12, head=24, prop="desk", seat="chair"),
        way((24, 92, 40, 82), BOTH_KNEES, head=24, prop="pad"),
        way((16, 98, 38, 86), CROSSED, head=22, prop="pad"),
    ),
    "drinking": (
        way((46, 152, 14, 28), STAND, head=-16, prop="cup"),
        way((50, 150, 14, 28), SIT, head=-12, prop="cup", seat="stool"),
        way((44, 152, 14, 28), FLOOR, lean=-8, head=-14, prop="cup"),
        way((48, 150, 14, 28), KNEEL, head=-12, prop="cup"),
    ),
    "eating": (
        way((42, 142, 24, 88), STAND, prop="bowl"),
        way((46, 142, 26, 88), SIT, prop="bowl", seat="chair"),
        way((44, 144, 24, 86), CROSSED, prop="bowl"),
        way((48, 146, 30, 84), STRIDE, prop="bowl"),
    ),
    "carrying": (
        way((14, 86, 30, 90), STRIDE, lean=-8, prop="box"),
        way((152, 178, 160, 180), STAND, prop="box"),
        way((36, 64, 46, 70), CROUCH, lean=24, prop="box"),
        way((-6, 4, 30, 40), STRIDE, lean=8, prop="bucket"),
        way((-30, -168, 20, 40), STRIDE, lean=24, head=8, prop="sack"),
    ),
    "throwing": (
        way((-112, -168, 82, 92), BRACE, lean=-16, prop="ball"),
        way((108, 100, -36, -10), BRACE, lean=22, prop="thrown ball"),
        way((-110, -160, 80, 90), KNEEL, lean=-10, prop="ball"),
    ),
    "pulling": (
        way((76, 84, 84, 88), (34, 14, 58, 30), lean=-30, head=-12, prop="rope"),
        way((-56, -58, -38, -50), STRIDE, lean=28, head=10, prop="rope behind"),
        way((74, 84, 82, 88), FLOOR, lean=-30, prop="rope"),
    ),
    "pushing": (
        way((78, 96, 84, 98), (24, -16, -44, -50), lean=36, head=14, prop="crate"),
        way((46, 64, 54, 66), STRIDE, lean=14, prop="crate"),
        way((86, 96, 90, 98), (70, -46, -50, -64), lean=56, head=20, prop="crate"),
    ),
    "digging": (
        way((4, 58, 48, 52), BRACE, lean=30, prop="spade"),
        way((16, 70, 56, 52), KNEEL, lean=20, prop="spade"),
        way((16, 74, 46, 58), (66, -8, -8, -16), lean=10, prop="spade"),
    ),
    "fishing": (
        way((16, 82, 40, 84), STAND, prop="rod"),
        way((18, 80, 42, 84), SIT, prop="rod", seat="stool"),
        way((18, 84, 40, 88), FLOOR, lean=-8, prop="rod"),
        way((30, 100, 52, 98), BRACE, lean=-22, prop="rod"),
    ),
    "painting": (
        way((58, 98, 20, 84), STAND, prop="easel"),
        way((62, 100, 20, 84), SIT, prop="easel", seat="stool"),
        way((66, 104, 24, 80), KNEEL, prop="easel"),
    ),
    "sweeping": (
        way((18, 52, 52, 66), STRIDE, lean=12, prop="broom"),
        way((-4, 48, 44, 52), BRACE, lean=28, prop="broom"),
        way((14, 76, 44, 64), STAND, head=12, prop="broom"),
    ),
    "playing": (
        way((-26, 66, 46, 112), STAND, prop="guitar"),
        way((-26, 70, 46, 114), SIT, prop="guitar", seat="stool"),
        way((-24, 70, 48, 112), CROSSED, head=10, prop="guitar"),
        way((-30, 64, 50, 120), KNEEL, lean=-18, prop="guitar"),
    ),
    "sleeping": (
        way((80, 96, 70, 100), SUPINE, lean=-86, head=-76, prop="snore", expression="asleep"),
        way((12, 44, 24, 60), FLOOR, lean=-14, head=30, prop="snore", expression="asleep"),
        way((8, 40, 20, 56), SIT, lean=-10, head=-26, prop="snore", seat="chair",
             expression="asleep"),
        way((70, 150, 50, 140), (140, 26, 128, 36), lean=-82, head=-58, prop="snore",
             expression="asleep"),
    ),
    "falling": (
        way((-150, 170, 120, 150), (104, 60, 64, 96), lean=-56, head=-30, lift=0.24,
             expression="surprised"),
        way((70, 40, 110, 80), (-120, -160, -84, -110), lean=112, head=76, lift=0.22,
             expression="surprised"),
        way((-120, -170, 140, 100), (40, -30, -34, -70), lean=36, head=20, lift=0.26,
             expression="surprised"),
    ),
    "dancing": (
        way((-104, -160, 110, 176), (-6, -2, 74, -34), lean=-8, prop="notes", expression="happy"),
        way((-80, -86, 148, 196), (-40, -66, 14, 6), lean=10, head=-8, prop="notes",
             expression="happy"),
        way((-70, -150, 100, 168), (52, -46, 66, -36), lean=4, prop="notes", expression="happy"),
    ),
    "cheering": (
        way((-158, -172, 158, 172), STAND, expression="happy"),
        way((-150, -168, 150, 170), KNEEL, expression="happy"),
        way((-148, -166, 148, 168), SIT, seat="stool", expression="happy"),
    ),
    "crouching": (
        way((46, 62, 58, 70), CROUCH, lean=36, head=8),
        way((62, 84, 70, 88), (128, -24, 116, -20), lean=22),
        way((-30, 40, 50, 60), (86, -50, 70, -44), lean=52, head=6),
    ),
    "reaching": (
        way((146, 152, -14, 0), STAND, head=-20, prop="apple"),
        way((96, 92, 14, 28), KNEEL, lean=26, prop="apple"),
        way((58, 48, -40, -20), BRACE, lean=58, head=30, prop="apple"),
        way((98, 94, 40, 84), PRONE, lean=66, prop="apple"),
    ),
    "crying": (
        way((34, 156, 44, 158), STAND, head=20, prop="tears", expression="sad"),
        way((44, 150, 52, 154), KNEES_UP, lean=10, head=22, prop="tears", expression="sad"),
        way((36, 152, 46, 156), BOTH_KNEES, lean=16, head=26, prop="tears", expression="sad"),
    ),
    "flying": (
        way((104, 102, 112, 110), (-78, -84, -66, -96), lean=74, head=30, lift=0.55,
             prop="streaks"),
        way((146, 148, -40, -20), (-34, -46, -16, -70), lean=34, head=4, lift=0.5, prop="streaks"),
    ),
    "riding": (
        way((58, 72, 66, 76), (66, -18, 40, -6), lean=16, lift=0.1, prop="bicycle"),
        way((64, 84, 70, 86), (46, -2, 70, -24), lean=34, head=8, lift=0.1, prop="bicycle"),
    ),
    "cooking": (
        way((34, 76, 20, 60), STAND, head=12, prop="pot"),
        way((40, 74, 20, 50), KNEEL, head=10, prop="pot"),
        way((44, 74, 14, 28), SIT, lean=14, head=14, prop="pot", seat="stool"),
    ),
    "pouring": (
        way((46, 112, 34, 64), STAND, head=16, prop="jug"),
        way((48, 114, 36, 62), KNEEL, head=16, prop="jug"),
        way((50, 116, 38, 72), SIT, head=14, prop="jug", seat="chair"),
    ),
    "kicking": (
        way((-50, -10, 60, 96), (78, 70, -8, -14), lean=-14, prop="football"),
        way((-64, -40, 40, 90), (52, 58, 8, -30), lean=12, prop="football"),
        way((-40, 10, 74, 110), (98, 92, 4, -8), lean=-34, prop="football"),
    ),
}
# fmt: on

POSES = {
    action: tuple(replace(way, action=action) for way in ways) for action, ways in _WAYS.items()
}
"""All that a figure can do, "standing" (which says nothing) included."""

ACTIONS: tuple[str, ...] = tuple(name for name in POSES if name != "standing")
"""The actions that a reader can name from the drawing."""

WITH_LEGS = frozenset(
    ("standing", "walking", "running", "jumping", "sitting", "kneeling", "lying", "climbing",
     "crawling", "digging", "pushing", "pulling", "sweeping", "falling", "dancing", "crouching",
     "flying", "riding", "kicking")
)  # fmt: skip
"""What cannot be told from the upper half of a figure."""


def pose(action: str, rng: random.Random) -> Pose:
    """One way to hold an action: a variant, with every joint a few degrees off. KeyError for an
    action that nobody can do."""
    chosen = rng.choice(POSES[action])
    loose = 2.5 if chosen.prop or chosen.point else 5.0

    def limb(angles: Limb, by: float) -> Limb:
        return (angles[0] + rng.gauss(0, by), angles[1] + rng.gauss(0, by))

    return replace(
        chosen,
        near_arm=limb(chosen.near_arm, loose),
        far_arm=limb(chosen.far_arm, loose),
        near_leg=limb(chosen.near_leg, 3.0),
        far_leg=limb(chosen.far_leg, 3.0),
        lean=chosen.lean + rng.gauss(0, 2.5),
        head=chosen.head + rng.gauss(0, 4.0),
    )
