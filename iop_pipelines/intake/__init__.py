"""From a file as people have it to DRM's contract: an intake is a small DRM (`docs/intake.md`)."""
