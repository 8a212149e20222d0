"""Look at a region again with its contrast stretched, for what is dark or faint."""

from dataclasses import replace

from closeup.images import Resolution
from closeup.tools.tool import Region, Scene, Seen, Tool


class Enhance(Tool):
    """The region as an image of its own, its contrast stretched, twice as large as on the page or
    as large as crops may be."""

    name = "enhance"

    def use(self, arguments: Region, scene: Scene) -> Seen:
        asked, view = scene.region(arguments.image, arguments.bbox_2d)
        twice = Resolution(
            pixels=scene.crops.pixels,
            least=round(4 * view.box.area),
            multiple=scene.crops.multiple,
        )
        size = twice.size(view.box.width, view.box.height)
        enhanced = replace(view, size=size, contrast=True)
        return Seen((enhanced,), asked, enhanced)
