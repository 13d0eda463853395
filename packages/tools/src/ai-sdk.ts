/** The runtime tool for AI agents, for every framework. */
export {};
