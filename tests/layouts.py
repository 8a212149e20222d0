"""One small book in the layout of each dataset, made from the documented schemas.

Every book has one page of 1000x1400 (Manga109: a spread of 1600x1100) with two panels, one above
the other (right and left on the spread), written in the order opposite to reading where the format
knows no order. The upper panel holds Ann at (100, 100)-(300, 600) where there are characters, and
a balloon at (400, 100)-(700, 250), which she speaks where there are speakers.
"""

import json
import zipfile
from pathlib import Path

NATIVE = json.dumps(
    {
        "format": "closeup-page/1",
        "id": "book/1",
        "image": "images/1.png",
        "width": 1000,
        "height": 1400,
        "reading_direction": "ltr",
        "panels": [
            {"id": "p1", "box": [50, 50, 950, 680]},
            {"id": "p2", "box": [50, 700, 950, 1350]},
        ],
        "characters": [{"id": "c1", "panel": "p1", "name": "Ann", "box": [100, 100, 300, 600]}],
        "balloons": [
            {"id": "b1", "panel": "p1", "box": [400, 100, 700, 250], "text": "Hi", "speaker": "c1"}
        ],
    }
)
COCO = json.dumps(
    {
        "images": [
            {"id": 7, "file_name": "Vaillant_0451_1954_01_03-01.png", "width": 1000, "height": 1400}
        ],
        "categories": [
            {"id": 1, "name": "Frame"},
            {"id": 2, "name": "Character"},
            {"id": 3, "name": "Face"},
            {"id": 26, "name": "Comic Bubble"},
        ],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 1, "bbox": [50, 700, 900, 650]},
            {"id": 2, "image_id": 7, "category_id": 1, "bbox": [50, 50, 900, 630]},
            {
                "id": 3,
                "image_id": 7,
                "category_id": 2,
                "bbox": [100, 100, 200, 500],
                "segmentation": [[100, 100, 300, 100, 300, 600, 100, 600]],
                "iscrowd": 0,
                "attributes": {"Interdepth": 2, "Intradepth": 1, "occluded": False},
            },
            {
                "id": 4,
                "image_id": 7,
                "category_id": 2,
                "bbox": [600, 300, 200, 300],
                "segmentation": [],
                "attributes": {},
            },
            {"id": 5, "image_id": 7, "category_id": 3, "bbox": [150, 120, 80, 90]},
            {"id": 6, "image_id": 7, "category_id": 26, "bbox": [400, 100, 300, 150]},
        ],
    }
)
COMIX = """<?xml version="1.0" encoding="UTF-8"?>
<annotations><book title="Book">
<characters><character id="ann" name="Ann"/></characters>
<pages><page id="1" width="1000" height="1400" type="color">
<panel id="p2" points="50,700 950,700 950,1350 50,1350"/>
<panel id="p1" points="50,50 950,50 950,680 50,680"/>
<character id="c1" points="100,100 300,100 300,600 100,600" character_id="ann"/>
<face id="f1" points="150,120 230,120 230,210 150,210" character_id="ann"/>
<balloon id="b1" points="400,100 700,100 700,250 400,250"/>
<text id="t1" points="410,110 690,110 690,240 410,240" balloon_id="b1">Hi</text>
<link_sbsc id="l1" points="550,250 200,300" character_id="c1" text_id="t1"/>
<onomatopoeia id="o1" points="500,900 700,900 700,1000">BOOM</onomatopoeia>
</page></pages></book></annotations>"""
MANGA = """<?xml version="1.0" encoding="UTF-8"?>
<book title="Book"><characters><character id="0a" name="Ann"/><character id="0b" name="Other"/>
</characters><pages><page index="0" width="1600" height="1100"/>
<page index="3" width="1600" height="1100">
<frame id="02" xmin="50" ymin="50" xmax="750" ymax="1050"/>
<frame id="01" xmin="850" ymin="50" xmax="1550" ymax="1050"/>
<text id="03" xmin="1200" ymin="100" xmax="1300" ymax="400">Hi</text>
<body id="04" xmin="900" ymin="100" xmax="1100" ymax="900" character="0a"/>
<face id="05" xmin="950" ymin="120" xmax="1050" ymax="220" character="0a"/>
<body id="06" xmin="100" ymin="100" xmax="300" ymax="900" character="0b"/>
</page></pages></book>"""
DIALOG = """<?xml version="1.0" ?><book title="Book"><pages><page index="3" width="1600"
 height="1100"><speaker_to_text id="20" text_id="03" speaker_id="05"/></page></pages></book>"""
SOUNDS = """<?xml version="1.0" ?><book title="Book"><pages><page height="1100" index="3"
 width="1600"><onomatopoeia id="10" x0="200" y0="950" x1="400" y1="940" x2="390"
 y2="1000">BOOM</onomatopoeia></page></pages></book>"""
SVG = """<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<svg class="Page"><image x="0" y="0" width="1000" height="1400"
 xlink:href="../Pages/BOOK_1.jpg"/><metadata albumTitle="Book" collectionTitle=""
 readingDirection="leftToRight" language="french" pageNumber="12"/></svg>
<svg class="Panel">
<polygon points="50,700 950,700 950,1350 50,1350 50,700" id="p2"><metadata rank="2"/></polygon>
<polygon points="50,50 950,50 950,680 50,680 50,50" id="p1"><metadata rank="1"/></polygon></svg>
<svg class="Balloon"><polygon points="400,100 700,100 700,250 400,250" id="b1">
<metadata rank="1" tailTip="200,300"/></polygon></svg>
<svg class="Character"><polygon points="100,100 300,100 300,600 100,600" id="c1"/></svg>
<svg class="Line">
<polygon points="410,180 690,180 690,240 410,240" id="l2">
<metadata idBalloon="b1" textType="speech">Ann!</metadata></polygon>
<polygon points="410,110 690,110 690,170 410,170" id="l1">
<metadata idBalloon="b1" textType="speech">Hi,</metadata></polygon></svg>
<svg class="linkSBSC"><polygon points="1,1 2,2 3,3" idCharacter="c1" idBalloon="b1"/></svg></svg>"""
ACBF = """<?xml version="1.0" encoding="utf-8"?>
<ACBF xmlns="http://www.acbf.info/xml/acbf/1.1"><meta-data><book-info>
<author activity="Writer"><first-name>Ann</first-name><last-name>Author</last-name></author>
<book-title lang="en">Book</book-title>
<languages><text-layer lang="fr" show="true"/><text-layer lang="en" show="false"/></languages>
</book-info><publish-info><license>CC0</license></publish-info></meta-data>
<body><page><image href="1.png"/>
<text-layer lang="fr"><text-area points="400,100 700,100 700,250"><p>Salut</p></text-area>
</text-layer><text-layer lang="en">
<text-area points="400,100 700,100 700,250 400,250"><p>Hi<a href="#n">[*]</a> <strong>Ann</strong>
</p></text-area><text-area type="commentary" points="60,60 200,60 200,90"><p>Later</p></text-area>
</text-layer><frame points="50,50 950,50 950,680 50,680"/>
<frame points="50,700 950,700 950,1404 50,1350"/></page></body></ACBF>"""
MANTRA = json.dumps(
    [
        {
            "book_title": "book",
            "pages": [
                {
                    "page_index": 1,
                    "image_paths": {"ja": "images/book/ja/000.jpg"},
                    "frame": [
                        {"x": 50, "y": 700, "w": 900, "h": 650},
                        {"x": 50, "y": 50, "w": 900, "h": 630},
                    ],
                    "text": [
                        {"x": 400, "y": 100, "w": 300, "h": 150, "text_ja": "あ", "text_en": "ah"}
                    ],
                }
            ],
        }
    ]
)

LAYOUTS: dict[str, dict[str, str]] = {
    "closeup_json": {"book/1.json": NATIVE},
    "ai4va": {"train-annotations.json": COCO},
    "comix": {"comics/annotations/book.xml": COMIX},
    "manga109": {
        "annotations/Book.xml": MANGA,
        "Manga109Dialog/Book.xml": DIALOG,
        "COO/annotations/Book.xml": SOUNDS,
    },
    "ebdtheque": {"GT/BOOK_1.svg": SVG},
    "acbf": {"book.acbf": ACBF},
    "openmantra": {"annotation.json": MANTRA},
}
"""By reader: its files, the one that hostile tests spoil first."""


def write(folder: Path, files: dict[str, str] | dict[str, bytes]) -> Path:
    """The files on disk."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def pack(path: Path, files: dict[str, str]) -> Path:
    """The files in an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
