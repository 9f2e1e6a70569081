"""The History page as its tests open and read it."""

from streamlit.testing.v1 import AppTest

from tests.ui.conftest import open_page


def history_page() -> AppTest:
    return open_page("history", 60)


def opened(run: str) -> AppTest:
    """One run, as an analyst sees it."""
    app = history_page()
    app.session_state["analyst"] = "Ada"
    app.query_params["run"] = run
    return app.run()


def shown(app: AppTest) -> set[str]:
    """The names in the table of runs."""
    return set(app.dataframe[0].value["Name"])


def search(app: AppTest, words: str) -> AppTest:
    return next(field for field in app.text_input if field.label == "Search").set_value(words).run()


def texts(app: AppTest) -> str:
    parts = [app.markdown, app.caption, app.subheader, app.error, app.info, app.warning]
    return " ".join(str(element.value) for part in parts for element in part)
