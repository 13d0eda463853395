/** Holdfast sessions as an MCP server. */
export {};
