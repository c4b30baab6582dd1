/// <reference types="vite/client" />

/** Names this build of the app; written in by vite.config.ts. */
declare const __BUILD__: string;
