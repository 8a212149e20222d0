"""How a body is held: the angles of its joints, and the ways that legs stand, sit or lie.

Angles are degrees in the plane of the panel for a figure that faces right: 0 points down, 90
forwards, 180 up, -90 backwards. `lean` and `head` turn forwards from upright. Drawing mirrors them
for a figure that faces left.
"""

from dataclasses import dataclass

Limb = tuple[float, float]
"""Directions of the upper and the lower half of an arm or a leg."""
Pair = tuple[float, float, float, float]
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


STAND = (-5, -5, 9, 4)
STRIDE = (26, 12, -20, -42)
BRACE = (-28, -24, 34, 12)
SIT = (86, 4, 78, -6)
FLOOR = (92, 84, 112, 62)
CROSSED = (72, -78, 84, -70)
KNEES_UP = (140, 22, 132, 30)
KNEEL = (4, -88, 84, 2)
BOTH_KNEES = (16, -86, 26, -84)
CROUCH = (104, -34, 88, -28)
PRONE = (-86, -96, -84, -140)
SUPINE = (90, 88, 128, 46)
HANGING = (-8, 8, 14, 28)

POSTURES: dict[Pair, str] = {
    STRIDE: "walking",
    SIT: "sitting",
    FLOOR: "sitting",
    CROSSED: "sitting",
    KNEES_UP: "sitting",
    KNEEL: "kneeling",
    BOTH_KNEES: "kneeling",
    CROUCH: "crouching",
    PRONE: "lying",
    SUPINE: "lying",
}


def way(
    arms: Pair,
    legs: Pair,
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
        posture="lying" if lean < -50 and not lift else POSTURES.get(legs, ""),
    )
