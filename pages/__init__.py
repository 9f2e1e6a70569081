"""One screen a file; each is a plain script that Streamlit runs from top to bottom."""
