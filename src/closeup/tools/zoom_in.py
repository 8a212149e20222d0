"""Look at a region of an image again, cut from the full-resolution page."""

from closeup.tools.tool import Region, Scene, Seen, Tool


class ZoomIn(Tool):
    """The region as an image of its own. A zoom inside a zoom is cut from the page as well, so no
    detail is lost on the way."""

    name = "zoom_in"

    def use(self, arguments: Region, scene: Scene) -> Seen:
        asked, view = scene.region(arguments.image, arguments.bbox_2d)
        return Seen((view,), asked, view)
