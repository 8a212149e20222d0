"""The tints of things, held or lying about: their colour, and their lightness without colour."""

from closeup.synthetic.canvas import tint

WOOD = tint((176, 122, 72), 150)
PALE_WOOD = tint((222, 180, 122), 214)
IRON = tint((150, 158, 170), 158)
BRASS = tint((214, 168, 66), 190)
LEATHER = tint((120, 78, 52), 84)
GLASS = tint((190, 222, 236), 240)
RED = tint((212, 66, 54), 96)
BLUE = tint((84, 138, 196), 128)
GREEN = tint((92, 156, 86), 140)
YELLOW = tint((248, 206, 84), 236)
PAPER = tint((252, 248, 236), 255)
