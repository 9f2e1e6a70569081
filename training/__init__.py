"""Labelled pictures to a bundle that `core` serves."""

import os

# Before TensorFlow loads, which takes these kernels by itself on the newest processors only (decision 21).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
