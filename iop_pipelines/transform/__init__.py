"""Preparing DRM's rows for models: typed, versioned steps; prepared rows that remember every data version."""
