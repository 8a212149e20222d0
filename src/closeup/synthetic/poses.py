"""An articulated figure in profile and the actions it can hold.

Angles are degrees in the plane of the panel for a figure that faces right: 0 points down, 90
forwards, 180 up, -90 backwards. `lean` and `head` turn forwards from upright. Drawing mirrors them
for a figure that faces left. Every action has several variants, low ones and upright ones, so that
the shape of a bounding box says little about what goes on inside it.
"""

import random
from dataclasses import dataclass, replace

Limb = tuple[float, float]
"""Directions of the upper and the lower half of an arm or a leg."""
_Pair = tuple[float, float, float, float]
"""The near limb and the far limb."""


@dataclass(frozen=True)
class Pose:
    action: str
    near_arm: Limb
    far_arm: Limb
    near_leg: Limb
    far_leg: Limb
    lean: float = 0.0
    """Of the spine, from upright; 90 lies face down, -90 on the back."""
    head: float = 0.0
    lift: float = 0.0
    """How far the lowest point is above the ground, in standing heights."""
    prop: str = ""
    """What the hands are busy with: a name in `props.HELD`."""
    seat: str = ""
    """What the hips rest on: chair, stool or nothing."""
    point: bool = False
    """The near hand points with one finger."""
    expression: str = "neutral"
    posture: str = ""
    """What the legs do while the hands are busy, where that is an action of its own: sitting,
    kneeling, lying, crouching or walking. As true of the figure as `action`."""


_STAND = (-5, -5, 9, 4)
_STRIDE = (26, 12, -20, -42)
_BRACE = (-28, -24, 34, 12)
_SIT = (86, 4, 78, -6)
_FLOOR = (92, 84, 112, 62)
_CROSSED = (72, -78, 84, -70)
_KNEES_UP = (140, 22, 132, 30)
_KNEEL = (4, -88, 84, 2)
_BOTH_KNEES = (16, -86, 26, -84)
_CROUCH = (104, -34, 88, -28)
_PRONE = (-86, -96, -84, -140)
_SUPINE = (90, 88, 128, 46)
_HANGING = (-8, 8, 14, 28)

_POSTURES: dict[_Pair, str] = {
    _STRIDE: "walking",
    _SIT: "sitting",
    _FLOOR: "sitting",
    _CROSSED: "sitting",
    _KNEES_UP: "sitting",
    _KNEEL: "kneeling",
    _BOTH_KNEES: "kneeling",
    _CROUCH: "crouching",
    _PRONE: "lying",
    _SUPINE: "lying",
}


def _way(
    arms: _Pair,
    legs: _Pair,
    *,
    lean: float = 0,
    head: float = 0,
    lift: float = 0,
    prop: str = "",
    seat: str = "",
    point: bool = False,
    expression: str = "neutral",
) -> Pose:
    """One way to hold an action that the table names."""
    return Pose(
        action="",
        near_arm=arms[:2],
        far_arm=arms[2:],
        near_leg=legs[:2],
        far_leg=legs[2:],
        lean=lean,
        head=head,
        lift=lift,
        prop=prop,
        seat=seat,
        point=point,
        expression=expression,
        posture="lying" if lean < -50 and not lift else _POSTURES.get(legs, ""),
    )


# fmt: off
_WAYS: dict[str, tuple[Pose, ...]] = {
    "standing": (
        _way(_HANGING, _STAND),
        _way((-42, 48, 14, 28), _STAND),
        _way((-20, -34, 6, -6), _STAND, lean=-3),
        _way((24, 14, 34, 26), (-8, -14, 10, -2), lean=34, head=2),
    ),
    "walking": (
        _way((-32, -4, 30, 58), _STRIDE, lean=5),
        _way((-26, -6, 36, 70), (34, 26, -26, -34), lean=2),
        _way((-30, 20, 28, 80), (58, -18, -2, -40), lean=34, head=8),
    ),
    "running": (
        _way((-58, 34, 52, 138), (76, -12, -28, -96), lean=18, lift=0.03),
        _way((-66, 10, 60, 120), (62, 40, -48, -86), lean=28, head=6, lift=0.04),
        _way((-70, -10, 66, 130), (92, 10, -56, -120), lean=46, head=10),
    ),
    "jumping": (
        _way((146, 166, 118, 148), (62, -46, 14, -66), lift=0.2, expression="happy"),
        _way((-128, -150, 128, 152), (-42, -34, 44, 36), lift=0.18, expression="happy"),
        _way((-96, -86, 96, 104), (86, 70, -56, -76), lean=14, lift=0.2),
        _way((60, 90, 76, 100), (112, -26, 98, -40), lean=24, lift=0.24),
    ),
    "sitting": (
        _way((24, 70, 30, 76), _SIT, seat="chair"),
        _way((-14, 50, 14, 28), _SIT, lean=8, seat="stool"),
        _way((-44, -30, -24, -20), _FLOOR, lean=-22),
        _way((18, 64, 34, 70), _CROSSED),
        _way((66, 84, 72, 80), _KNEES_UP, lean=6),
    ),
    "kneeling": (
        _way((10, 40, 52, 60), _KNEEL),
        _way((16, 70, 26, 74), _BOTH_KNEES, lean=4),
        _way((34, 24, 48, 34), _BOTH_KNEES, lean=46, head=26),
    ),
    "lying": (
        _way((78, 92, -120, 150), _SUPINE, lean=-88, head=-70),
        _way((8, 84, 24, 96), _PRONE, lean=58, head=-4),
        _way((-18, -70, 60, 84), _FLOOR, lean=-56, head=-22),
        _way((-150, 140, 40, 90), _SUPINE, lean=-70, head=-48),
        _way((84, 104, 100, 140), (172, 180, 162, 172), lean=-82, head=-44),
        _way((18, 158, 32, 162), (-64, 178, -56, 166), lean=40, head=-6),
    ),
    "climbing": (
        _way((158, 172, 118, 158), (78, -16, 12, -12), head=-12, lift=0.16, prop="ladder"),
        _way((112, 160, 164, 174), (30, -30, 86, -10), lean=6, head=-14, lift=0.2, prop="ladder"),
        _way((138, 150, 104, 146), (96, -24, 64, -38), lean=30, head=-6, lift=0.12, prop="ladder"),
    ),
    "crawling": (
        _way((22, 10, -8, 2), (26, -78, -14, -92), lean=78, head=14),
        _way((52, 40, 12, 6), (52, -70, 0, -90), lean=58, head=6),
    ),
    "waving": (
        _way((-132, -172, 14, 28), _STAND, prop="wave", expression="happy"),
        _way((-8, 8, 138, 176), _STAND, lean=-4, prop="far wave", expression="happy"),
        _way((-8, 8, 126, 182), _SIT, prop="far wave", seat="stool", expression="happy"),
        _way((-8, 8, 120, 168), _KNEEL, prop="far wave", expression="happy"),
        _way((-46, -30, 112, 160), _FLOOR, lean=-20, prop="far wave"),
    ),
    "pointing": (
        _way((88, 90, 14, 28), _STAND, point=True),
        _way((136, 140, 14, 28), _STAND, head=-14, point=True),
        _way((74, 70, 14, 28), _CROUCH, lean=26, point=True),
        _way((98, 102, 14, 28), _KNEEL, point=True),
        _way((92, 94, 14, 28), _SIT, lean=6, seat="chair", point=True),
    ),
    "reading": (
        _way((18, 98, 36, 104), _STAND, head=18, prop="book"),
        _way((20, 92, 40, 98), _SIT, head=20, prop="book", seat="chair"),
        _way((34, 96, 44, 104), _PRONE, lean=54, prop="book"),
        _way((22, 96, 40, 102), _CROSSED, head=22, prop="book"),
        _way((150, 120, 136, 112), _SUPINE, lean=-72, head=-40, prop="book"),
    ),
    "writing": (
        _way((10, 104, 34, 92), _STAND, head=20, prop="pad"),
        _way((30, 80, 46, 84), _SIT, lean=12, head=24, prop="desk", seat="chair"),
        _way((24, 92, 40, 82), _BOTH_KNEES, head=24, prop="pad"),
        _way((16, 98, 38, 86), _CROSSED, head=22, prop="pad"),
    ),
    "drinking": (
        _way((46, 152, 14, 28), _STAND, head=-16, prop="cup"),
        _way((50, 150, 14, 28), _SIT, head=-12, prop="cup", seat="stool"),
        _way((44, 152, 14, 28), _FLOOR, lean=-8, head=-14, prop="cup"),
        _way((48, 150, 14, 28), _KNEEL, head=-12, prop="cup"),
    ),
    "eating": (
        _way((42, 142, 24, 88), _STAND, prop="bowl"),
        _way((46, 142, 26, 88), _SIT, prop="bowl", seat="chair"),
        _way((44, 144, 24, 86), _CROSSED, prop="bowl"),
        _way((48, 146, 30, 84), _STRIDE, prop="bowl"),
    ),
    "carrying": (
        _way((14, 86, 30, 90), _STRIDE, lean=-8, prop="box"),
        _way((152, 178, 160, 180), _STAND, prop="box"),
        _way((36, 64, 46, 70), _CROUCH, lean=24, prop="box"),
        _way((-6, 4, 30, 40), _STRIDE, lean=8, prop="bucket"),
        _way((-30, -168, 20, 40), _STRIDE, lean=24, head=8, prop="sack"),
    ),
    "throwing": (
        _way((-112, -168, 82, 92), _BRACE, lean=-16, prop="ball"),
        _way((108, 100, -36, -10), _BRACE, lean=22, prop="thrown ball"),
        _way((-110, -160, 80, 90), _KNEEL, lean=-10, prop="ball"),
    ),
    "pulling": (
        _way((76, 84, 84, 88), (34, 14, 58, 30), lean=-30, head=-12, prop="rope"),
        _way((-56, -58, -38, -50), _STRIDE, lean=28, head=10, prop="rope behind"),
        _way((74, 84, 82, 88), _FLOOR, lean=-30, prop="rope"),
    ),
    "pushing": (
        _way((78, 96, 84, 98), (24, -16, -44, -50), lean=36, head=14, prop="crate"),
        _way((46, 64, 54, 66), _STRIDE, lean=14, prop="crate"),
        _way((86, 96, 90, 98), (70, -46, -50, -64), lean=56, head=20, prop="crate"),
    ),
    "digging": (
        _way((4, 58, 48, 52), _BRACE, lean=30, prop="spade"),
        _way((16, 70, 56, 52), _KNEEL, lean=20, prop="spade"),
        _way((16, 74, 46, 58), (66, -8, -8, -16), lean=10, prop="spade"),
    ),
    "fishing": (
        _way((16, 82, 40, 84), _STAND, prop="rod"),
        _way((18, 80, 42, 84), _SIT, prop="rod", seat="stool"),
        _way((18, 84, 40, 88), _FLOOR, lean=-8, prop="rod"),
        _way((30, 100, 52, 98), _BRACE, lean=-22, prop="rod"),
    ),
    "painting": (
        _way((58, 98, 20, 84), _STAND, prop="easel"),
        _way((62, 100, 20, 84), _SIT, prop="easel", seat="stool"),
        _way((66, 104, 24, 80), _KNEEL, prop="easel"),
    ),
    "sweeping": (
        _way((18, 52, 52, 66), _STRIDE, lean=12, prop="broom"),
        _way((-4, 48, 44, 52), _BRACE, lean=28, prop="broom"),
        _way((14, 76, 44, 64), _STAND, head=12, prop="broom"),
    ),
    "playing": (
        _way((-26, 66, 46, 112), _STAND, prop="guitar"),
        _way((-26, 70, 46, 114), _SIT, prop="guitar", seat="stool"),
        _way((-24, 70, 48, 112), _CROSSED, head=10, prop="guitar"),
        _way((-30, 64, 50, 120), _KNEEL, lean=-18, prop="guitar"),
    ),
    "sleeping": (
        _way((80, 96, 70, 100), _SUPINE, lean=-86, head=-76, prop="snore", expression="asleep"),
        _way((12, 44, 24, 60), _FLOOR, lean=-14, head=30, prop="snore", expression="asleep"),
        _way((8, 40, 20, 56), _SIT, lean=-10, head=-26, prop="snore", seat="chair",
             expression="asleep"),
        _way((70, 150, 50, 140), (140, 26, 128, 36), lean=-82, head=-58, prop="snore",
             expression="asleep"),
    ),
    "falling": (
        _way((-150, 170, 120, 150), (104, 60, 64, 96), lean=-56, head=-30, lift=0.24,
             expression="surprised"),
        _way((70, 40, 110, 80), (-120, -160, -84, -110), lean=112, head=76, lift=0.22,
             expression="surprised"),
        _way((-120, -170, 140, 100), (40, -30, -34, -70), lean=36, head=20, lift=0.26,
             expression="surprised"),
    ),
    "dancing": (
        _way((-104, -160, 110, 176), (-6, -2, 74, -34), lean=-8, prop="notes", expression="happy"),
        _way((-80, -86, 148, 196), (-40, -66, 14, 6), lean=10, head=-8, prop="notes",
             expression="happy"),
        _way((-70, -150, 100, 168), (52, -46, 66, -36), lean=4, prop="notes", expression="happy"),
    ),
    "cheering": (
        _way((-158, -172, 158, 172), _STAND, expression="happy"),
        _way((-150, -168, 150, 170), _KNEEL, expression="happy"),
        _way((-148, -166, 148, 168), _SIT, seat="stool", expression="happy"),
    ),
    "crouching": (
        _way((46, 62, 58, 70), _CROUCH, lean=36, head=8),
        _way((62, 84, 70, 88), (128, -24, 116, -20), lean=22),
        _way((-30, 40, 50, 60), (86, -50, 70, -44), lean=52, head=6),
    ),
    "reaching": (
        _way((146, 152, -14, 0), _STAND, head=-20, prop="apple"),
        _way((96, 92, 14, 28), _KNEEL, lean=26, prop="apple"),
        _way((58, 48, -40, -20), _BRACE, lean=58, head=30, prop="apple"),
        _way((98, 94, 40, 84), _PRONE, lean=66, prop="apple"),
    ),
    "crying": (
        _way((34, 156, 44, 158), _STAND, head=20, prop="tears", expression="sad"),
        _way((44, 150, 52, 154), _KNEES_UP, lean=10, head=22, prop="tears", expression="sad"),
        _way((36, 152, 46, 156), _BOTH_KNEES, lean=16, head=26, prop="tears", expression="sad"),
    ),
    "flying": (
        _way((104, 102, 112, 110), (-78, -84, -66, -96), lean=74, head=30, lift=0.55,
             prop="streaks"),
        _way((146, 148, -40, -20), (-34, -46, -16, -70), lean=34, head=4, lift=0.5, prop="streaks"),
    ),
    "riding": (
        _way((58, 72, 66, 76), (66, -18, 40, -6), lean=16, lift=0.1, prop="bicycle"),
        _way((64, 84, 70, 86), (46, -2, 70, -24), lean=34, head=8, lift=0.1, prop="bicycle"),
    ),
    "cooking": (
        _way((34, 76, 20, 60), _STAND, head=12, prop="pot"),
        _way((40, 74, 20, 50), _KNEEL, head=10, prop="pot"),
        _way((44, 74, 14, 28), _SIT, lean=14, head=14, prop="pot", seat="stool"),
    ),
    "pouring": (
        _way((46, 112, 34, 64), _STAND, head=16, prop="jug"),
        _way((48, 114, 36, 62), _KNEEL, head=16, prop="jug"),
        _way((50, 116, 38, 72), _SIT, head=14, prop="jug", seat="chair"),
    ),
    "kicking": (
        _way((-50, -10, 60, 96), (78, 70, -8, -14), lean=-14, prop="football"),
        _way((-64, -40, 40, 90), (52, 58, 8, -30), lean=12, prop="football"),
        _way((-40, 10, 74, 110), (98, 92, 4, -8), lean=-34, prop="football"),
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
