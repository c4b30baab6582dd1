"""The one way to the store of an instance: IOP_STORAGE_URL, and the URLs of what was kept there."""
