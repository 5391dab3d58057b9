"""The frame around every page: navigation, the server behind it, and how errors are shown."""
