import asyncio
import gc

import streamlit as st

from ui.lifecycle import warm_up


def test_server_is_warm_and_its_collector_spared_once_it_has_started():
    async def start() -> None:
        async with warm_up(st.App("ui/main.py")):
            pass

    before = gc.get_freeze_count()
    try:
        asyncio.run(start())
        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()
