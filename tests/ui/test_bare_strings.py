from streamlit.testing.v1 import AppTest


def test_string_that_documents_a_constant_is_not_shown_on_the_page():
    page = AppTest.from_string('"""A page."""\nLIMIT = 3\n"""How many at most."""\nLIMIT')
    assert not page.run().main.children
