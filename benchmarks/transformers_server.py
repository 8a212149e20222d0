"""`transformers serve`, where torch is a CPU build and torchvision was built for another.

    python benchmarks/transformers_server.py serve FOLDER --device cpu --port N

To be run in an environment of its own with `transformers[serving]`, torch and torchvision: only
the names of torchvision's compiled operators are missing there, and its decoder of images.
"""

import io
from typing import Any

import torch

OPERATORS = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    OPERATORS.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision.io  # noqa: E402  # pyright: ignore[reportMissingImports]
from PIL import Image  # noqa: E402
from torchvision.transforms.functional import (  # noqa: E402  # pyright: ignore[reportMissingImports]
    pil_to_tensor,
)


def decode_image(data: Any, **_: Any) -> torch.Tensor:
    """An image's bytes, as a tensor or in a file, to a tensor (3, height, width)."""
    source = data if isinstance(data, str) else io.BytesIO(bytes(data.tolist()))
    return pil_to_tensor(Image.open(source).convert("RGB"))


torchvision.io.decode_image = decode_image

if __name__ == "__main__":
    from transformers.cli.transformers import app

    app()
