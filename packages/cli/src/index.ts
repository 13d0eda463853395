/** Live bash, Python and Node sessions on the command line. */
export {};
