"""Models in this process, by transformers; with their own generation, which feeds a page once.

local       the model: requests in, replies out, in batches
checkpoint  config, processor and weights from a folder or the hub
processor   conversations to the tensors that a model takes
image_memo  images as tensors, each made once
engine      many rows continued together; feeding, runs, rows and slots are its parts
choose      how the next token is drawn
spoken      the exact tokens of what was said, for the next turn
scorer      how likely an answer is, for rewards
"""
