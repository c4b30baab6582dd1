"""The event bus: DRM's events in by an inbox, IOP's own out by an outbox; `docs/events.md` is the contract."""
