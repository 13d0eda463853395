/** The Holdfast daemon: sessions over a typed HTTP API. */
export {};
