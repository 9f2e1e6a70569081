"""Photo to reading: the part that pages, API and command line share.

Pure, typed and thread-safe. It imports neither Streamlit nor Keras nor TensorFlow.
"""
