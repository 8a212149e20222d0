"""Panels found in a page image, by rules alone: no model, no weights, no network.

paper       what colour the gutters have, and where the page shows it
solids      what stands on the paper in one piece
cut         joined panels cut apart
insets      small panels that lie upon a large one
find        the pixels of a page -> boxes
"""

from closeup.panels.find import find_panels

__all__ = ["find_panels"]
