"""A procedural comic artist: seeded pages, with exact ground truth for every field.

It works in two layers. The drawing layer knows nothing of stories:

    strokes → canvas         ink on one panel, and who is visible in it
    cast, poses → skeleton   people who stay recognisable, and how they move
    tube → limbs, wardrobe   bodies and clothes       face → head
    grip → gear, props       what hands are busy with; things: what lies about
    figure                   a person in a pose, with keypoints
    styles                   raw panels into print

The page layer decides what there is to draw, letters it, and writes down what is true of it.
"""
