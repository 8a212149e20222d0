"""A procedural comic artist: seeded pages, with exact ground truth for every field.

It works in two layers. The drawing layer knows nothing of stories: `canvas` puts ink on a panel
and remembers who is visible, `cast` invents people who stay recognisable, `poses` bends an
articulated skeleton into actions, `props` draws the things they use, `figure` draws a person in a
pose, and `styles` turns raw panels into print. The page layer decides what there is to draw.
"""
