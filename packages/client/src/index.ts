/** Sessions of a Holdfast daemon with the interface of local ones. */
export {};
