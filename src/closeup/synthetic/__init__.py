"""A procedural comic artist: seeded pages, with exact ground truth for every field.

The drawing layer knows nothing of stories. In the order in which one builds on the other:

    strokes     polygons of curves, brush strokes and contours
    canvas      a panel's surface, and who is visible in it
    styles      raw pixels into print: flat, hatched, screened, halftone, chalk, wash
    palette     the tints of things
    cast        people who stay recognisable, in black and white too
    stance      how a body is held, as the angles of its joints
    poses       the ways to hold an action
    skeleton    where a posed body's joints are
    tube, limbs, wardrobe, model    bodies and clothes
    face, head  faces of ten species; ears, hair and hats
    grip, gear, props               what hands are busy with
    things      what lies about
    figure      a person in a pose, with keypoints
    hues, site, ground, walls       the light of a place, its floor and its walls
    indoors, outdoors, scenery      furniture, landmarks, and whole places
    patterns    what is behind a panel without a place
    supports    what figures stand on

The page layer decides what there is to draw, letters it, and writes down what is true of it:

    layout      where the panels of a page lie
    plots, story                    who is where, does what and says what
    staging     who stands where in a panel, in planes of depth
    framing     what a frame leaves for figures and lettering
    setting     the backdrop of a panel
    lettering, balloons             text, balloons and their tails
    placing     where lettering goes, in the order it is read
    texts       the lines of a panel, set, placed and drawn
    sight       what can be seen of a figure in the end
    panel       one panel from a beat of the story
    describe    what it shows, in words
    artist      a page from its seed
    issues      pages as groups that a build works through
    contact_sheet                   pages for the documentation
"""
