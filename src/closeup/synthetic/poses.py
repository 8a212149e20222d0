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


_STAND = {"near_leg": (-5.0, -5.0), "far_leg": (9.0, 4.0)}
_STRIDE = {"near_leg": (26.0, 12.0), "far_leg": (-20.0, -42.0)}
_BRACE = {"near_leg": (-28.0, -24.0), "far_leg": (34.0, 12.0)}
_SIT = {"near_leg": (86.0, 4.0), "far_leg": (78.0, -6.0)}
_FLOOR = {"near_leg": (92.0, 84.0), "far_leg": (112.0, 62.0)}
_CROSSED = {"near_leg": (72.0, -78.0), "far_leg": (84.0, -70.0)}
_KNEES_UP = {"near_leg": (140.0, 22.0), "far_leg": (132.0, 30.0)}
_KNEEL = {"near_leg": (4.0, -88.0), "far_leg": (84.0, 2.0)}
_BOTH_KNEES = {"near_leg": (16.0, -86.0), "far_leg": (26.0, -84.0)}
_CROUCH = {"near_leg": (104.0, -34.0), "far_leg": (88.0, -28.0)}
_PRONE = {"near_leg": (-86.0, -96.0), "far_leg": (-84.0, -140.0)}
_SUPINE = {"near_leg": (90.0, 88.0), "far_leg": (128.0, 46.0)}
_REST: Limb = (-8.0, 8.0)
_LOOSE: Limb = (14.0, 28.0)


def _poses(action: str, *variants: dict) -> tuple[Pose, ...]:
    return tuple(
        Pose(action, **{"near_arm": _REST, "far_arm": _LOOSE, **variant}) for variant in variants
    )


_ALL = (
    _poses(
        "standing",
        {**_STAND},
        {**_STAND, "near_arm": (-42.0, 48.0)},
        {**_STAND, "near_arm": (-20.0, -34.0), "far_arm": (6.0, -6.0), "lean": -3.0},
        {**_SIT, "seat": "stool", "near_arm": (10.0, 60.0)},
    ),
    _poses(
        "walking",
        {**_STRIDE, "near_arm": (-32.0, -4.0), "far_arm": (30.0, 58.0), "lean": 5.0},
        {
            "near_leg": (34.0, 26.0),
            "far_leg": (-26.0, -34.0),
            "near_arm": (-26.0, -6.0),
            "far_arm": (36.0, 70.0),
            "lean": 2.0,
        },
        {
            "near_leg": (58.0, -18.0),
            "far_leg": (-2.0, -40.0),
            "near_arm": (-30.0, 20.0),
            "far_arm": (28.0, 80.0),
            "lean": 34.0,
            "head": 8.0,
        },
    ),
    _poses(
        "running",
        {
            "near_leg": (76.0, -12.0),
            "far_leg": (-28.0, -96.0),
            "near_arm": (-58.0, 34.0),
            "far_arm": (52.0, 138.0),
            "lean": 18.0,
            "lift": 0.03,
        },
        {
            "near_leg": (62.0, 40.0),
            "far_leg": (-48.0, -86.0),
            "near_arm": (-66.0, 10.0),
            "far_arm": (60.0, 120.0),
            "lean": 28.0,
            "head": 6.0,
            "lift": 0.04,
        },
        {
            "near_leg": (92.0, 10.0),
            "far_leg": (-56.0, -120.0),
            "near_arm": (-70.0, -10.0),
            "far_arm": (66.0, 130.0),
            "lean": 46.0,
            "head": 10.0,
        },
    ),
    _poses(
        "jumping",
        {
            "near_leg": (62.0, -46.0),
            "far_leg": (14.0, -66.0),
            "near_arm": (146.0, 166.0),
            "far_arm": (118.0, 148.0),
            "lift": 0.2,
            "expression": "happy",
        },
        {
            "near_leg": (-42.0, -34.0),
            "far_leg": (44.0, 36.0),
            "near_arm": (-128.0, -150.0),
            "far_arm": (128.0, 152.0),
            "lift": 0.18,
            "expression": "happy",
        },
        {
            "near_leg": (86.0, 70.0),
            "far_leg": (-56.0, -76.0),
            "near_arm": (-96.0, -86.0),
            "far_arm": (96.0, 104.0),
            "lean": 14.0,
            "lift": 0.2,
        },
        {
            "near_leg": (112.0, -26.0),
            "far_leg": (98.0, -40.0),
            "near_arm": (60.0, 90.0),
            "far_arm": (76.0, 100.0),
            "lean": 24.0,
            "lift": 0.24,
        },
    ),
    _poses(
        "sitting",
        {**_SIT, "seat": "chair", "near_arm": (24.0, 70.0), "far_arm": (30.0, 76.0)},
        {**_SIT, "seat": "stool", "near_arm": (-14.0, 50.0), "lean": 8.0},
        {**_FLOOR, "near_arm": (-44.0, -30.0), "far_arm": (-24.0, -20.0), "lean": -22.0},
        {**_CROSSED, "near_arm": (18.0, 64.0), "far_arm": (34.0, 70.0)},
        {**_KNEES_UP, "near_arm": (66.0, 84.0), "far_arm": (72.0, 80.0), "lean": 6.0},
    ),
    _poses(
        "kneeling",
        {**_KNEEL, "near_arm": (10.0, 40.0), "far_arm": (52.0, 60.0)},
        {**_BOTH_KNEES, "near_arm": (16.0, 70.0), "far_arm": (26.0, 74.0), "lean": 4.0},
        {
            **_BOTH_KNEES,
            "near_arm": (34.0, 24.0),
            "far_arm": (48.0, 34.0),
            "lean": 46.0,
            "head": 26.0,
        },
    ),
    _poses(
        "lying",
        {
            **_SUPINE,
            "near_arm": (78.0, 92.0),
            "far_arm": (-120.0, 150.0),
            "lean": -88.0,
            "head": -70.0,
        },
        {**_PRONE, "near_arm": (8.0, 84.0), "far_arm": (24.0, 96.0), "lean": 58.0, "head": -4.0},
        {
            **_FLOOR,
            "near_arm": (-18.0, -70.0),
            "far_arm": (60.0, 84.0),
            "lean": -56.0,
            "head": -22.0,
        },
        {
            **_SUPINE,
            "near_arm": (-150.0, 140.0),
            "far_arm": (40.0, 90.0),
            "lean": -70.0,
            "head": -48.0,
        },
    ),
    _poses(
        "climbing",
        {
            "near_leg": (78.0, -16.0),
            "far_leg": (12.0, -12.0),
            "near_arm": (158.0, 172.0),
            "far_arm": (118.0, 158.0),
            "lift": 0.16,
            "prop": "ladder",
            "head": -12.0,
        },
        {
            "near_leg": (30.0, -30.0),
            "far_leg": (86.0, -10.0),
            "near_arm": (112.0, 160.0),
            "far_arm": (164.0, 174.0),
            "lift": 0.2,
            "lean": 6.0,
            "prop": "ladder",
            "head": -14.0,
        },
        {
            "near_leg": (96.0, -24.0),
            "far_leg": (64.0, -38.0),
            "near_arm": (138.0, 150.0),
            "far_arm": (104.0, 146.0),
            "lean": 30.0,
            "lift": 0.12,
            "prop": "ladder",
            "head": -6.0,
        },
    ),
    _poses(
        "crawling",
        {
            "near_leg": (26.0, -78.0),
            "far_leg": (-14.0, -92.0),
            "near_arm": (22.0, 10.0),
            "far_arm": (-8.0, 2.0),
            "lean": 78.0,
            "head": 14.0,
        },
        {
            "near_leg": (52.0, -70.0),
            "far_leg": (0.0, -90.0),
            "near_arm": (52.0, 40.0),
            "far_arm": (12.0, 6.0),
            "lean": 58.0,
            "head": 6.0,
        },
    ),
    _poses(
        "waving",
        {**_STAND, "near_arm": (-132.0, -172.0), "prop": "wave", "expression": "happy"},
        {
            **_STAND,
            "far_arm": (138.0, 176.0),
            "prop": "far wave",
            "expression": "happy",
            "lean": -4.0,
        },
        {
            **_SIT,
            "seat": "stool",
            "far_arm": (126.0, 182.0),
            "prop": "far wave",
            "expression": "happy",
        },
        {**_KNEEL, "far_arm": (120.0, 168.0), "prop": "far wave", "expression": "happy"},
        {
            **_FLOOR,
            "near_arm": (-46.0, -30.0),
            "far_arm": (112.0, 160.0),
            "prop": "far wave",
            "lean": -20.0,
        },
    ),
    _poses(
        "pointing",
        {**_STAND, "near_arm": (88.0, 90.0), "point": True},
        {**_STAND, "near_arm": (136.0, 140.0), "point": True, "head": -14.0},
        {**_CROUCH, "near_arm": (74.0, 70.0), "point": True, "lean": 26.0},
        {**_KNEEL, "near_arm": (98.0, 102.0), "point": True},
        {**_SIT, "seat": "chair", "near_arm": (92.0, 94.0), "point": True, "lean": 6.0},
    ),
    _poses(
        "reading",
        {
            **_STAND,
            "near_arm": (18.0, 98.0),
            "far_arm": (36.0, 104.0),
            "prop": "book",
            "head": 18.0,
        },
        {
            **_SIT,
            "seat": "chair",
            "near_arm": (20.0, 92.0),
            "far_arm": (40.0, 98.0),
            "prop": "book",
            "head": 20.0,
        },
        {
            **_PRONE,
            "near_arm": (34.0, 96.0),
            "far_arm": (44.0, 104.0),
            "prop": "book",
            "lean": 54.0,
        },
        {
            **_CROSSED,
            "near_arm": (22.0, 96.0),
            "far_arm": (40.0, 102.0),
            "prop": "book",
            "head": 22.0,
        },
        {
            **_SUPINE,
            "near_arm": (150.0, 120.0),
            "far_arm": (136.0, 112.0),
            "prop": "book",
            "lean": -72.0,
            "head": -40.0,
        },
    ),
    _poses(
        "writing",
        {**_STAND, "near_arm": (10.0, 104.0), "far_arm": (34.0, 92.0), "prop": "pad", "head": 20.0},
        {
            **_SIT,
            "seat": "chair",
            "near_arm": (30.0, 80.0),
            "far_arm": (46.0, 84.0),
            "prop": "desk",
            "head": 24.0,
            "lean": 12.0,
        },
        {
            **_BOTH_KNEES,
            "near_arm": (24.0, 92.0),
            "far_arm": (40.0, 82.0),
            "prop": "pad",
            "head": 24.0,
        },
        {
            **_CROSSED,
            "near_arm": (16.0, 98.0),
            "far_arm": (38.0, 86.0),
            "prop": "pad",
            "head": 22.0,
        },
    ),
    _poses(
        "drinking",
        {**_STAND, "near_arm": (46.0, 152.0), "prop": "cup", "head": -16.0},
        {**_SIT, "seat": "stool", "near_arm": (50.0, 150.0), "prop": "cup", "head": -12.0},
        {**_FLOOR, "near_arm": (44.0, 152.0), "prop": "cup", "head": -14.0, "lean": -8.0},
        {**_KNEEL, "near_arm": (48.0, 150.0), "prop": "cup", "head": -12.0},
    ),
    _poses(
        "eating",
        {**_STAND, "near_arm": (42.0, 142.0), "far_arm": (24.0, 88.0), "prop": "bowl"},
        {
            **_SIT,
            "seat": "chair",
            "near_arm": (46.0, 142.0),
            "far_arm": (26.0, 88.0),
            "prop": "bowl",
        },
        {**_CROSSED, "near_arm": (44.0, 144.0), "far_arm": (24.0, 86.0), "prop": "bowl"},
        {**_STRIDE, "near_arm": (48.0, 146.0), "far_arm": (30.0, 84.0), "prop": "bowl"},
    ),
    _poses(
        "carrying",
        {**_STRIDE, "near_arm": (14.0, 86.0), "far_arm": (30.0, 90.0), "prop": "box", "lean": -8.0},
        {**_STAND, "near_arm": (152.0, 178.0), "far_arm": (160.0, 180.0), "prop": "box"},
        {**_CROUCH, "near_arm": (36.0, 64.0), "far_arm": (46.0, 70.0), "prop": "box", "lean": 24.0},
        {
            **_STRIDE,
            "near_arm": (-6.0, 4.0),
            "far_arm": (30.0, 40.0),
            "prop": "bucket",
            "lean": 8.0,
        },
        {
            **_STRIDE,
            "near_arm": (-30.0, -168.0),
            "far_arm": (20.0, 40.0),
            "prop": "sack",
            "lean": 24.0,
            "head": 8.0,
        },
    ),
    _poses(
        "throwing",
        {
            **_BRACE,
            "near_arm": (-112.0, -168.0),
            "far_arm": (82.0, 92.0),
            "prop": "ball",
            "lean": -16.0,
        },
        {
            **_BRACE,
            "near_arm": (108.0, 100.0),
            "far_arm": (-36.0, -10.0),
            "prop": "thrown ball",
            "lean": 22.0,
        },
        {
            **_KNEEL,
            "near_arm": (-110.0, -160.0),
            "far_arm": (80.0, 90.0),
            "prop": "ball",
            "lean": -10.0,
        },
    ),
    _poses(
        "pulling",
        {
            "near_leg": (34.0, 14.0),
            "far_leg": (58.0, 30.0),
            "near_arm": (76.0, 84.0),
            "far_arm": (84.0, 88.0),
            "prop": "rope",
            "lean": -30.0,
            "head": -12.0,
        },
        {
            **_STRIDE,
            "near_arm": (-56.0, -58.0),
            "far_arm": (-38.0, -50.0),
            "prop": "rope behind",
            "lean": 28.0,
            "head": 10.0,
        },
        {
            **_FLOOR,
            "near_arm": (74.0, 84.0),
            "far_arm": (82.0, 88.0),
            "prop": "rope",
            "lean": -30.0,
        },
    ),
    _poses(
        "pushing",
        {
            "near_leg": (24.0, -16.0),
            "far_leg": (-44.0, -50.0),
            "near_arm": (78.0, 96.0),
            "far_arm": (84.0, 98.0),
            "prop": "crate",
            "lean": 36.0,
            "head": 14.0,
        },
        {
            **_STRIDE,
            "near_arm": (46.0, 64.0),
            "far_arm": (54.0, 66.0),
            "prop": "crate",
            "lean": 14.0,
        },
        {
            "near_leg": (70.0, -46.0),
            "far_leg": (-50.0, -64.0),
            "near_arm": (86.0, 96.0),
            "far_arm": (90.0, 98.0),
            "prop": "crate",
            "lean": 56.0,
            "head": 20.0,
        },
    ),
    _poses(
        "digging",
        {**_BRACE, "near_arm": (4.0, 58.0), "far_arm": (48.0, 52.0), "prop": "spade", "lean": 30.0},
        {
            **_KNEEL,
            "near_arm": (16.0, 70.0),
            "far_arm": (56.0, 52.0),
            "prop": "spade",
            "lean": 20.0,
        },
        {
            "near_leg": (66.0, -8.0),
            "far_leg": (-8.0, -16.0),
            "near_arm": (16.0, 74.0),
            "far_arm": (46.0, 58.0),
            "prop": "spade",
            "lean": 10.0,
        },
    ),
    _poses(
        "fishing",
        {**_STAND, "near_arm": (16.0, 82.0), "far_arm": (40.0, 84.0), "prop": "rod"},
        {**_SIT, "seat": "stool", "near_arm": (18.0, 80.0), "far_arm": (42.0, 84.0), "prop": "rod"},
        {**_FLOOR, "near_arm": (18.0, 84.0), "far_arm": (40.0, 88.0), "prop": "rod", "lean": -8.0},
        {
            **_BRACE,
            "near_arm": (30.0, 100.0),
            "far_arm": (52.0, 98.0),
            "prop": "rod",
            "lean": -22.0,
        },
    ),
    _poses(
        "painting",
        {**_STAND, "near_arm": (58.0, 98.0), "far_arm": (20.0, 84.0), "prop": "easel"},
        {
            **_SIT,
            "seat": "stool",
            "near_arm": (62.0, 100.0),
            "far_arm": (20.0, 84.0),
            "prop": "easel",
        },
        {**_KNEEL, "near_arm": (66.0, 104.0), "far_arm": (24.0, 80.0), "prop": "easel"},
    ),
    _poses(
        "sweeping",
        {
            **_STRIDE,
            "near_arm": (18.0, 52.0),
            "far_arm": (52.0, 66.0),
            "prop": "broom",
            "lean": 12.0,
        },
        {
            **_BRACE,
            "near_arm": (-4.0, 48.0),
            "far_arm": (44.0, 52.0),
            "prop": "broom",
            "lean": 28.0,
        },
        {
            **_STAND,
            "near_arm": (14.0, 76.0),
            "far_arm": (44.0, 64.0),
            "prop": "broom",
            "head": 12.0,
        },
    ),
    _poses(
        "playing",
        {**_STAND, "near_arm": (-26.0, 66.0), "far_arm": (46.0, 112.0), "prop": "guitar"},
        {
            **_SIT,
            "seat": "stool",
            "near_arm": (-26.0, 70.0),
            "far_arm": (46.0, 114.0),
            "prop": "guitar",
        },
        {
            **_CROSSED,
            "near_arm": (-24.0, 70.0),
            "far_arm": (48.0, 112.0),
            "prop": "guitar",
            "head": 10.0,
        },
        {
            **_KNEEL,
            "near_arm": (-30.0, 64.0),
            "far_arm": (50.0, 120.0),
            "prop": "guitar",
            "lean": -18.0,
        },
    ),
    _poses(
        "sleeping",
        {
            **_SUPINE,
            "near_arm": (80.0, 96.0),
            "far_arm": (70.0, 100.0),
            "lean": -86.0,
            "head": -76.0,
            "prop": "snore",
            "expression": "asleep",
        },
        {
            **_FLOOR,
            "near_arm": (12.0, 44.0),
            "far_arm": (24.0, 60.0),
            "lean": -14.0,
            "head": 30.0,
            "prop": "snore",
            "expression": "asleep",
        },
        {
            **_SIT,
            "seat": "chair",
            "near_arm": (8.0, 40.0),
            "far_arm": (20.0, 56.0),
            "lean": -10.0,
            "head": -26.0,
            "prop": "snore",
            "expression": "asleep",
        },
        {
            "near_leg": (64.0, -54.0),
            "far_leg": (76.0, -40.0),
            "near_arm": (60.0, 110.0),
            "far_arm": (40.0, 120.0),
            "lean": -80.0,
            "head": -60.0,
            "prop": "snore",
            "expression": "asleep",
        },
    ),
    _poses(
        "falling",
        {
            "near_leg": (104.0, 60.0),
            "far_leg": (64.0, 96.0),
            "near_arm": (-150.0, 170.0),
            "far_arm": (120.0, 150.0),
            "lean": -56.0,
            "head": -30.0,
            "lift": 0.24,
            "expression": "surprised",
        },
        {
            "near_leg": (-120.0, -160.0),
            "far_leg": (-84.0, -110.0),
            "near_arm": (70.0, 40.0),
            "far_arm": (110.0, 80.0),
            "lean": 112.0,
            "head": 76.0,
            "lift": 0.22,
            "expression": "surprised",
        },
        {
            "near_leg": (40.0, -30.0),
            "far_leg": (-34.0, -70.0),
            "near_arm": (-120.0, -170.0),
            "far_arm": (140.0, 100.0),
            "lean": 36.0,
            "head": 20.0,
            "lift": 0.26,
            "expression": "surprised",
        },
    ),
    _poses(
        "dancing",
        {
            "near_leg": (-6.0, -2.0),
            "far_leg": (74.0, -34.0),
            "near_arm": (-104.0, -160.0),
            "far_arm": (110.0, 176.0),
            "lean": -8.0,
            "prop": "notes",
            "expression": "happy",
        },
        {
            "near_leg": (-40.0, -66.0),
            "far_leg": (14.0, 6.0),
            "near_arm": (-80.0, -86.0),
            "far_arm": (148.0, 196.0),
            "lean": 10.0,
            "head": -8.0,
            "prop": "notes",
            "expression": "happy",
        },
        {
            "near_leg": (52.0, -46.0),
            "far_leg": (66.0, -36.0),
            "near_arm": (-70.0, -150.0),
            "far_arm": (100.0, 168.0),
            "lean": 4.0,
            "prop": "notes",
            "expression": "happy",
        },
    ),
    _poses(
        "cheering",
        {**_STAND, "near_arm": (-158.0, -172.0), "far_arm": (158.0, 172.0), "expression": "happy"},
        {**_KNEEL, "near_arm": (-150.0, -168.0), "far_arm": (150.0, 170.0), "expression": "happy"},
        {
            **_SIT,
            "seat": "stool",
            "near_arm": (-148.0, -166.0),
            "far_arm": (148.0, 168.0),
            "expression": "happy",
        },
    ),
    _poses(
        "crouching",
        {**_CROUCH, "near_arm": (46.0, 62.0), "far_arm": (58.0, 70.0), "lean": 36.0, "head": 8.0},
        {
            "near_leg": (128.0, -24.0),
            "far_leg": (116.0, -20.0),
            "near_arm": (62.0, 84.0),
            "far_arm": (70.0, 88.0),
            "lean": 22.0,
        },
        {
            "near_leg": (86.0, -50.0),
            "far_leg": (70.0, -44.0),
            "near_arm": (-30.0, 40.0),
            "far_arm": (50.0, 60.0),
            "lean": 52.0,
            "head": 6.0,
        },
    ),
    _poses(
        "reaching",
        {
            **_STAND,
            "near_arm": (146.0, 152.0),
            "far_arm": (-14.0, 0.0),
            "prop": "apple",
            "head": -20.0,
        },
        {**_KNEEL, "near_arm": (96.0, 92.0), "prop": "apple", "lean": 26.0},
        {
            **_BRACE,
            "near_arm": (58.0, 48.0),
            "far_arm": (-40.0, -20.0),
            "prop": "apple",
            "lean": 58.0,
            "head": 30.0,
        },
        {
            **_PRONE,
            "near_arm": (98.0, 94.0),
            "far_arm": (40.0, 84.0),
            "prop": "apple",
            "lean": 66.0,
        },
    ),
    _poses(
        "crying",
        {
            **_STAND,
            "near_arm": (34.0, 156.0),
            "far_arm": (44.0, 158.0),
            "head": 20.0,
            "prop": "tears",
            "expression": "sad",
        },
        {
            **_KNEES_UP,
            "near_arm": (44.0, 150.0),
            "far_arm": (52.0, 154.0),
            "head": 22.0,
            "lean": 10.0,
            "prop": "tears",
            "expression": "sad",
        },
        {
            **_BOTH_KNEES,
            "near_arm": (36.0, 152.0),
            "far_arm": (46.0, 156.0),
            "head": 26.0,
            "lean": 16.0,
            "prop": "tears",
            "expression": "sad",
        },
    ),
    _poses(
        "flying",
        {
            "near_leg": (-78.0, -84.0),
            "far_leg": (-66.0, -96.0),
            "near_arm": (104.0, 102.0),
            "far_arm": (112.0, 110.0),
            "lean": 74.0,
            "head": 30.0,
            "lift": 0.55,
            "prop": "streaks",
        },
        {
            "near_leg": (-34.0, -46.0),
            "far_leg": (-16.0, -70.0),
            "near_arm": (146.0, 148.0),
            "far_arm": (-40.0, -20.0),
            "lean": 34.0,
            "head": 4.0,
            "lift": 0.5,
            "prop": "streaks",
        },
    ),
    _poses(
        "riding",
        {
            "near_leg": (66.0, -18.0),
            "far_leg": (40.0, -6.0),
            "near_arm": (58.0, 72.0),
            "far_arm": (66.0, 76.0),
            "lean": 16.0,
            "lift": 0.1,
            "prop": "bicycle",
        },
        {
            "near_leg": (46.0, -2.0),
            "far_leg": (70.0, -24.0),
            "near_arm": (64.0, 84.0),
            "far_arm": (70.0, 86.0),
            "lean": 34.0,
            "head": 8.0,
            "lift": 0.1,
            "prop": "bicycle",
        },
    ),
    _poses(
        "cooking",
        {**_STAND, "near_arm": (34.0, 76.0), "far_arm": (20.0, 60.0), "prop": "pot", "head": 12.0},
        {**_KNEEL, "near_arm": (40.0, 74.0), "far_arm": (20.0, 50.0), "prop": "pot", "head": 10.0},
        {
            **_SIT,
            "seat": "stool",
            "near_arm": (44.0, 74.0),
            "prop": "pot",
            "lean": 14.0,
            "head": 14.0,
        },
    ),
    _poses(
        "pouring",
        {**_STAND, "near_arm": (46.0, 112.0), "far_arm": (34.0, 64.0), "prop": "jug", "head": 16.0},
        {**_KNEEL, "near_arm": (48.0, 114.0), "far_arm": (36.0, 62.0), "prop": "jug", "head": 16.0},
        {
            **_SIT,
            "seat": "chair",
            "near_arm": (50.0, 116.0),
            "far_arm": (38.0, 72.0),
            "prop": "jug",
            "head": 14.0,
        },
    ),
    _poses(
        "kicking",
        {
            "near_leg": (78.0, 70.0),
            "far_leg": (-8.0, -14.0),
            "near_arm": (-50.0, -10.0),
            "far_arm": (60.0, 96.0),
            "lean": -14.0,
            "prop": "football",
        },
        {
            "near_leg": (52.0, 58.0),
            "far_leg": (8.0, -30.0),
            "near_arm": (-64.0, -40.0),
            "far_arm": (40.0, 90.0),
            "lean": 12.0,
            "prop": "football",
        },
        {
            "near_leg": (98.0, 92.0),
            "far_leg": (4.0, -8.0),
            "near_arm": (-40.0, 10.0),
            "far_arm": (74.0, 110.0),
            "lean": -34.0,
            "prop": "football",
        },
    ),
)

POSES: dict[str, tuple[Pose, ...]] = {variants[0].action: variants for variants in _ALL}
"""All that a figure can do, "standing" (which says nothing) included."""

ACTIONS: tuple[str, ...] = tuple(name for name in POSES if name != "standing")
"""The actions that a reader can name from the drawing."""


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
