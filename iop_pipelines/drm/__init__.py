"""The DRM contract: catalogue, runs, quality scores and delivered rows in a shared database, and a stand-in."""
