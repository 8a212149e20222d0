"""closeup-tiny: a Qwen2.5-VL of a few million parameters, taught on synthetic pages alone.

`new` makes an untrained one, `eyes` teaches its vision tower to see, and the recipes in
`recipes/tiny/` teach the rest; `ship` puts what came of it into the package.
"""
