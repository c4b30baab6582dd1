"""One registry of procedures, served as tRPC, as OpenAPI and as TypeScript types."""
