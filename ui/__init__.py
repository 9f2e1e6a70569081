"""What the pages share: router, palette, charts, cards and session state."""
